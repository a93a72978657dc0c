#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>

namespace bitbucket::inline v0_1::testing::embedded {

/// Returns how many connections this process can serve at once: each one needs a thread and a
/// descriptor, and git and the clients in the same process need descriptors, too.
std::size_t most_connections();

/// The open connections of a server.  When there is no room for a new one, the connection that has
/// waited longest for a request of its client is closed.  Thread-safe.
class Connections {
 public:
  /// Adds a socket; false when the server is stopping.
  bool enter(int socket);
  /// Closes a socket; its peer sees a reset if the socket is set to reset.
  void leave(int socket, bool reset);

  /// Says that the connection waits for a request; false when it must close instead.
  bool wait_for_request(int socket);
  /// Gives the connection its new place in the order of waiting.  Call this before any of the
  /// answer is sent: a connection that the client opens after it has the answer must come later.
  void end_request(int socket);
  /// Says that the head of a request is there.  Returns false when the connection was closed
  /// meanwhile; the request must not be carried out, because its answer cannot be sent.
  bool start_request(int socket);

  /// Says whether a new connection waits for room.
  void set_crowded(bool crowded);
  /// Cuts every connection.
  void stop();

 private:
  struct State {
    std::uint64_t turn = 0;  ///< its place in the order of waiting
    bool waiting = true;     ///< no request is being answered
    bool closing = false;
  };
  void make_room();

  std::mutex mutex_;
  std::map<int, State> all_;
  std::uint64_t turns_ = 0;
  bool crowded_ = false;
  bool stopping_ = false;
};

}  // namespace bitbucket::inline v0_1::testing::embedded
