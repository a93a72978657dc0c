#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include <httplib.h>

#include "testing/faults/raw_connection.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

/// A socket for the HTTP library that keeps the request's head as it came, because the library
/// decodes header values, and joins an answer's head and body into one write.
class SocketStream : public httplib::Stream, public RawConnection {
 public:
  explicit SocketStream(int socket) : socket_(socket) {}

  /// Waits for the first byte of a request; false when none comes or the peer closed.  The head
  /// must then be there within 20 s.
  bool wait_for_request(std::chrono::milliseconds timeout);
  /// Returns the bytes consumed since the last call; the head, when called after the head.  The
  /// body that follows may pause for a minute, but must not come slower than 10 KiB/s in the long
  /// run.  Its lines, which say how long its chunks are, must not be longer than 8 KiB.
  [[nodiscard]] std::string take_head();
  /// From now on nothing is read after this time has passed.
  void read_at_most(std::chrono::milliseconds time);
  /// Sends what is buffered.
  bool flush();

  /// From now on what is written is kept for take_held().
  void hold() { holding_ = true; }
  /// Returns what was written since hold(), and ends that.
  [[nodiscard]] std::string take_held();
  bool send(std::string_view bytes) override;
  bool wait_until_gone(std::chrono::milliseconds timeout) const override;
  void reset_on_close() override;
  [[nodiscard]] bool resets() const noexcept { return resets_; }

  [[nodiscard]] bool is_readable() const override;
  [[nodiscard]] bool is_writable() const override;
  ssize_t read(char* data, std::size_t size) override;
  ssize_t write(const char* data, std::size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  [[nodiscard]] socket_t socket() const override { return socket_; }

 private:
  using Clock = std::chrono::steady_clock;

  bool fill(std::chrono::milliseconds timeout);
  /// Returns how long the peer may take for the next piece of its request.
  [[nodiscard]] std::chrono::milliseconds patience() const;

  int socket_;
  Clock::time_point deadline_ = {};  ///< for what is being read
  bool extended_by_bytes_ = false;   ///< the deadline moves with what comes
  std::string input_;
  std::size_t position_ = 0;
  std::string head_;
  std::size_t line_ = 0;  ///< bytes that were read one by one since the last line break
  bool recording_ = true;
  std::string output_;
  bool broken_ = false;
  bool holding_ = false;
  bool resets_ = false;
};

}  // namespace bitbucket::inline v0_1::testing::embedded
