#pragma once

#include <poll.h>

#include <array>
#include <chrono>
#include <span>
#include <vector>

namespace bitbucket::inline v0_1::http {

/// The sockets that a thread waits for, and a way for other threads to end its wait.  A set is kept
/// from one wait to the next, because a wait for many sockets should not begin with listing them.
class SocketSet {
 public:
  /// Throws TransportError when the process has no file descriptors left.
  SocketSet();
  SocketSet(const SocketSet&) = delete;
  SocketSet& operator=(const SocketSet&) = delete;
  ~SocketSet();

  /// Makes wait() report these events of a socket (POLLIN, POLLOUT), and no other events of that
  /// socket.  Throws std::bad_alloc.
  void watch(int socket, short events);
  /// Removes a socket from the set.  Call this before the socket is closed.
  void forget(int socket) noexcept;

  /// Waits until a socket of these sets is ready, wake() is called or the time is over.
  static void wait(std::span<SocketSet* const> sets, std::chrono::milliseconds time);
  /// Returns the sockets that were ready in the last wait.
  [[nodiscard]] std::span<const pollfd> ready() const noexcept { return ready_; }
  /// Forgets which sockets were ready, once their events have been dealt with.
  void clear_ready() noexcept { ready_.clear(); }
  /// Ends the wait of another thread; if none waits, the next wait ends at once.
  void wake() noexcept;

 private:
  void take_ready(int socket, short events);
  void drain() noexcept;

  std::array<int, 2> pipe_{-1, -1};  // wake() writes to the second
  std::vector<pollfd> ready_;
#if defined(__linux__)
  void take_ready_of(int milliseconds);
  int epoll_ = -1;
#else
  std::vector<pollfd> watched_;  // the first is the pipe
#endif
};

/// What a stop token calls to end a wait.
struct Wake {
  SocketSet* sockets;
  void operator()() const noexcept { sockets->wake(); }
};

}  // namespace bitbucket::inline v0_1::http
