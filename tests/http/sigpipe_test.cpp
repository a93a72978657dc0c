#include <gtest/gtest.h>

#include <signal.h>
#include <unistd.h>

#include "http/raw_server.hpp"
#include "http/sigpipe_guard.hpp"
#include "http/transfers.hpp"

namespace bitbucket::test {
namespace {

/// Raises a SIGPIPE, as a dead connection does.
void write_to_nobody() {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  EXPECT_EQ(::write(ends[1], "x", 1), -1);
  ::close(ends[1]);
}

bool blocked() {
  sigset_t mask;
  pthread_sigmask(SIG_BLOCK, nullptr, &mask);
  return sigismember(&mask, SIGPIPE) == 1;
}

bool pending() {
  sigset_t signals;
  sigpending(&signals);
  return sigismember(&signals, SIGPIPE) == 1;
}

TEST(SigpipeTest, TheGuardHidesItFromTheProcess) {
  {
    const http::SigpipeGuard guard;
    write_to_nobody();  // ends the process when it is not blocked
    write_to_nobody();
    EXPECT_TRUE(pending());
  }
  EXPECT_FALSE(pending());
  EXPECT_FALSE(blocked());
}

TEST(SigpipeTest, TheGuardLeavesASignalOfTheHostAlone) {
  sigset_t pipe, before;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, &before);
  write_to_nobody();
  {
    const http::SigpipeGuard guard;
    write_to_nobody();
  }
  EXPECT_TRUE(blocked());
  EXPECT_TRUE(pending()) << "it was pending before and belongs to the host";
  const timespec none{};
  sigtimedwait(&pipe, nullptr, &none);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST(SigpipeTest, IsBlockedWhileLibcurlWorksAndNotAfterwards) {
  RawServer server([](Connection& connection, int) {
    connection.read_request();
    connection.answer("x");
  });
  bool seen = false;
  const auto transport = http::make_curl_transport({});
  const auto exchange = transport->start({.url = server.url(), .sink = [&](std::string_view) {
                                            seen = blocked();
                                            write_to_nobody();
                                          }});
  EXPECT_FALSE(blocked());
  exchange->wait(std::chrono::steady_clock::now() + std::chrono::seconds(10), {});
  EXPECT_TRUE(seen);
  EXPECT_FALSE(blocked());
  EXPECT_FALSE(pending());
}

}  // namespace
}  // namespace bitbucket::test
