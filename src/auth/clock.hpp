#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>

#include <bitbucket/transport.hpp>

namespace bitbucket::inline v0_1::auth {

/// The clock to sign with: the local clock, which is shifted to the server's clock once the server
/// has refused a timestamp.  Thread-safe.
class ServerClock {
 public:
  using time_point = std::chrono::system_clock::time_point;

  /// An empty `source` means the system's clock.
  explicit ServerClock(std::function<time_point()> source = {});
  [[nodiscard]] time_point now() const;
  /// Follows the Date header of an answer that said timestamp_refused.  Returns true when the
  /// request is worth another try.
  bool adopt(const Response& refused);

 private:
  [[nodiscard]] time_point local() const;

  std::function<time_point()> source_;
  std::atomic<std::int64_t> offset_{0};   // seconds
  std::atomic<std::int64_t> adopted_{0};  // steady seconds of the last change, 0 for never
};

}  // namespace bitbucket::inline v0_1::auth
