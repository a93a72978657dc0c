#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include "http/socket_set.hpp"

namespace bitbucket::test {
namespace {

using namespace std::chrono_literals;
using http::SocketSet;

/// Two connected sockets: receive() reads from one what send() has written to the other.
class Pair {
 public:
  Pair() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()), 0); }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  ~Pair() {
    for (const int end : ends_) ::close(end);
  }
  [[nodiscard]] int socket() const { return ends_[0]; }
  void send() const { EXPECT_EQ(::write(ends_[1], "x", 1), 1); }
  void receive() const {
    char byte = 0;
    EXPECT_EQ(::read(ends_[0], &byte, 1), 1);
  }

 private:
  std::array<int, 2> ends_{};
};

std::vector<int> ready_after(SocketSet& set, std::chrono::milliseconds time) {
  SocketSet* const sets[] = {&set};
  SocketSet::wait(sets, time);
  std::vector<int> ready;
  for (const pollfd& entry : set.ready()) ready.push_back(entry.fd);
  return ready;
}

TEST(SocketSetTest, ReportsASocketAgainUntilItsBytesAreRead) {
  SocketSet set;
  const Pair pair;
  set.watch(pair.socket(), POLLIN);
  EXPECT_TRUE(ready_after(set, 0ms).empty());
  pair.send();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(ready_after(set, 10s), std::vector{pair.socket()});
    set.clear_ready();
  }
  pair.receive();
  EXPECT_TRUE(ready_after(set, 0ms).empty());
}

TEST(SocketSetTest, DoesNotReportForgottenSockets) {
  SocketSet set;
  const Pair pair;
  set.watch(pair.socket(), POLLIN);
  set.forget(pair.socket());
  pair.send();
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(ready_after(set, 0ms).empty());
  set.watch(pair.socket(), POLLIN);
  EXPECT_EQ(ready_after(set, 10s), std::vector{pair.socket()});
}

TEST(SocketSetTest, WatchesOnlyForTheLatestEvents) {
  SocketSet set;
  const Pair pair;
  set.watch(pair.socket(), POLLIN);
  set.watch(pair.socket(), POLLIN | POLLOUT);
  EXPECT_EQ(ready_after(set, 10s), std::vector{pair.socket()});
  set.watch(pair.socket(), POLLIN);
  set.clear_ready();
  EXPECT_TRUE(ready_after(set, 0ms).empty());
}

TEST(SocketSetTest, WatchesANewSocketWithTheNumberOfAClosedOne) {
  SocketSet set;
  int number = -1;
  for (int i = 0; i < 3; ++i) {
    const Pair pair;
    const int previous = std::exchange(number, pair.socket());
    EXPECT_TRUE(i == 0 || number == previous);
    set.watch(number, POLLIN);
    pair.send();
    EXPECT_EQ(ready_after(set, 10s), std::vector{number});
    set.clear_ready();
  }  // closes the socket while the set watches it
}

TEST(SocketSetTest, KeepsWhatIsReadyWhileSocketsAreAdded) {
  SocketSet set;
  const std::array<Pair, 100> pairs;
  set.watch(pairs[0].socket(), POLLIN);
  pairs[0].send();
  ASSERT_EQ(ready_after(set, 10s).size(), 1u);
  const auto ready = set.ready();
  for (const Pair& pair : pairs) set.watch(pair.socket(), POLLIN);
  EXPECT_EQ(ready.front().fd, pairs[0].socket());
}

TEST(SocketSetTest, OneWaitReturnsAllReadySockets) {
  SocketSet one, two;
  const std::array<Pair, 100> pairs;
  for (const Pair& pair : pairs) {
    one.watch(pair.socket(), POLLIN);
    pair.send();
  }
  EXPECT_EQ(ready_after(one, 10s).size(), pairs.size());
  one.clear_ready();
  SocketSet* const sets[] = {&two, &one};
  SocketSet::wait(sets, 10s);
  EXPECT_EQ(one.ready().size(), pairs.size());
  EXPECT_TRUE(two.ready().empty());
}

TEST(SocketSetTest, ReturnsAtOnceUntilReadySocketsAreCleared) {
  SocketSet set;
  const Pair pair;
  set.watch(pair.socket(), POLLIN);
  pair.send();
  EXPECT_EQ(ready_after(set, 10s).size(), 1u);
  EXPECT_EQ(ready_after(set, std::chrono::hours(1)).size(), 1u);
}

TEST(SocketSetTest, WakeEndsTheNextWait) {
  SocketSet set;
  set.wake();
  EXPECT_TRUE(ready_after(set, std::chrono::hours(1)).empty());
  EXPECT_TRUE(ready_after(set, 0ms).empty());
}

}  // namespace
}  // namespace bitbucket::test
