#pragma once

#include <poll.h>

#include <array>
#include <chrono>
#include <span>
#include <unordered_map>
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

  /// Watches an open socket for these events (POLLIN, POLLOUT) instead of earlier ones.  Throws
  /// std::bad_alloc.
  void watch(int socket, short events);
  /// Stops watching this socket.  The socket may be closed already, and its number may belong to
  /// another file.
  void forget(int socket) noexcept;

  /// Waits until a socket of these sets is ready, wake() is called or the time is over.
  static void wait(std::span<SocketSet* const> sets, std::chrono::milliseconds time);
  /// Returns the watched sockets that were ready in the last wait.  The span is valid until the
  /// next wait() or clear_ready().
  [[nodiscard]] std::span<const pollfd> ready() const noexcept { return ready_; }
  /// Forgets which sockets were ready.  Call it when their events have been dealt with: only then
  /// does the next wait look at these sockets again.  Throws std::bad_alloc.
  void clear_ready();
  /// Ends the wait of another thread; if none waits, the next wait ends at once.
  void wake() noexcept;

 private:
  void arm(int socket, short events);  // on Linux
  void take_ready_of(int milliseconds);
  void take_ready(int socket, short events);
  void drain() noexcept;

  std::array<int, 2> pipe_{-1, -1};  // wake() writes to the second
  int epoll_ = -1;                   // on Linux
  // The events of each socket; none after forget(), because most sockets are soon watched again.
  std::unordered_map<int, short> watched_;
  std::vector<pollfd> ready_;
};

/// What a stop token calls to end a wait.
struct Wake {
  SocketSet* sockets;
  void operator()() const noexcept { sockets->wake(); }
};

}  // namespace bitbucket::inline v0_1::http
