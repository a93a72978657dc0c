// A resolver that never answers.  libcurl calls it on a thread of its own, which ends only when the
// resolver gives up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <dlfcn.h>
#include <netdb.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>

#include <bitbucket/error.hpp>

#include "lifetime/page_server.hpp"
#include "lifetime/timing.hpp"

namespace {
// Lives for ever, because nobody waits for the threads that wait at it.
bitbucket::test::Gate& gate = *new bitbucket::test::Gate;
}

/// Replaces the C library's function in the whole process, including libcurl.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints,
                           addrinfo** found) {
  if (name && std::string_view(name) == "silent.example.com") {
    gate.pass();
    return EAI_AGAIN;
  }
  static const auto real =
      reinterpret_cast<decltype(&getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  return real(name, service, hints, found);
}

namespace bitbucket::test {
namespace {

using namespace std::chrono_literals;

constexpr milliseconds resolver_limit = 400ms;

class ResolverTest : public LifetimeTest {
 protected:
  ResolverTest() { gate.shut(); }
  /// Ends the threads that wait for the resolver before LifetimeTest counts the threads.
  void TearDown() override {
    gate.open();
    LifetimeTest::TearDown();
  }

  static ClientOptions options() { return {.base_url = "http://silent.example.com:7990"}; }
};

TEST_F(ResolverTest, ASilentResolverDoesNotDelayTheEndOfACall) {
  const BitbucketServer client(options());
  const BitbucketServer view = client.with({.timeout = resolver_limit});
  EXPECT_FALSE(expect_time_out(resolver_limit, [&] { view.repos.get(demo); }));
  EXPECT_FALSE(expect_time_out(
      resolver_limit, [&] { view.with({.paging = in_flight(8)}).tags.list(demo).to_vector(); }));
}

TEST_F(ResolverTest, ASilentResolverDoesNotExtendTheConnectTimeOut) {
  ClientOptions with = options();
  with.connection.connect_timeout = resolver_limit;
  with.connection.retry.max_attempts = 1;
  const BitbucketServer client(with);
  EXPECT_FALSE(expect_time_out(resolver_limit, [&] { client.repos.get(demo); }));
  EXPECT_FALSE(expect_time_out(resolver_limit,
                               [&] { client.files.raw(demo, "a", "", [](std::string_view) {}); }));
}

TEST_F(ResolverTest, ASilentResolverDoesNotDelayACancellation) {
  const BitbucketServer client(options());
  std::stop_source stop;
  Lateness machine;
  steady_clock::time_point stopped;
  std::jthread stopper([&] {
    gate.wait_for(1);
    stopped = steady_clock::now();
    stop.request_stop();
  });
  EXPECT_THROW(client.with({.stop = stop.get_token()}).repos.get(demo), Cancelled);
  const auto ended = steady_clock::now();
  stopper.join();
  expect_punctual(ended - stopped, 50ms, machine);
}

#ifndef BITBUCKET_TEST_TSAN  // it allows no threads in a child
TEST_F(ResolverTest, ASilentResolverDoesNotDelayTheEndOfAProcess) {
  // Forks while there is only one thread: another could hold a lock of the sanitizer at the fork.
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);
    static std::optional<BitbucketServer> client;  // destroyed after main
    client.emplace(options());
    try {
      client->with({.timeout = resolver_limit}).repos.get(demo);
    } catch (const TransportError&) {
      std::exit(0);
    }
    std::exit(1);
  }
  int status = -1;
  expect_to_take_at_most(2 * resolver_limit,
                         [&] { EXPECT_EQ(::waitpid(child, &status, 0), child); });
  EXPECT_EQ(status, 0);
}
#endif

}  // namespace
}  // namespace bitbucket::test
