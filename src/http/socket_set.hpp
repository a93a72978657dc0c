#pragma once

#include <poll.h>

#include <chrono>
#include <cstddef>
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

  /// Waits for these events of a new socket; returns its place in the set.
  std::size_t add(int socket, short events);
  /// Waits for other events of the socket at `place`.
  void change(std::size_t place, short events) noexcept { entries_[place + 1].events = events; }
  /// Removes the socket at `place` and moves the last socket there.  Returns the moved socket, or
  /// -1 when the removed socket was the last.
  int remove(std::size_t place) noexcept;

  /// Waits until a socket of these sets is ready, wake() is called or the time is over.
  static void wait(std::span<SocketSet* const> sets, std::chrono::milliseconds time);
  /// Returns the sockets with the events of the last wait; a socket without events is not ready.
  [[nodiscard]] std::span<const pollfd> entries() const noexcept {
    return std::span(entries_).subspan(1);
  }
  /// Forgets the events, which have been dealt with.
  void forget_events() noexcept;
  /// Ends the wait of another thread; if none waits, the next wait ends at once.
  void wake() noexcept;

 private:
  void drain() noexcept;

  std::vector<pollfd> entries_;  // the first is the end of the pipe that wake() writes to
  int waker_ = -1;
};

/// What a stop token calls to end a wait.
struct Wake {
  SocketSet* sockets;
  void operator()() const noexcept { sockets->wake(); }
};

}  // namespace bitbucket::inline v0_1::http
