#pragma once

#include <chrono>
#include <string_view>

namespace bitbucket::inline v0_1::testing::embedded {

/// The connection of an answer, as far as faults below HTTP need it.
class RawConnection {
 public:
  static constexpr std::chrono::milliseconds for_ever{-1};

  virtual ~RawConnection() = default;
  /// Sends this at once; false when the peer is gone.
  virtual bool send(std::string_view bytes) = 0;
  /// Waits until the peer closes or the server stops; false when it takes longer.
  virtual bool wait_until_gone(std::chrono::milliseconds timeout) const = 0;
  /// The close to come resets the connection, once the peer has what was sent.
  virtual void reset_on_close() = 0;
};

}  // namespace bitbucket::inline v0_1::testing::embedded
