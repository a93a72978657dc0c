#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <bitbucket/detail/export.hpp>
#include <bitbucket/model/common.hpp>

namespace bitbucket::inline v0_1 {

namespace tracking {
class Database;
}

/// A delivery of a webhook as it is stored.
struct StoredDelivery {
  std::int64_t id = 0;     ///< grows with time
  std::string request_id;  ///< X-Request-Id; may be empty
  std::string event_key;   ///< "repo:refs_changed"
  std::string body;        ///< the bytes that arrived
  Timestamp received{};    ///< when
  int attempts = 0;        ///< how often it was handed on before
};

/// The deliveries of webhooks that were accepted and not dealt with yet.
class BITBUCKET_EXPORT DeliveryStore {
 public:
  /// Stores a delivery and returns true; returns false when the same one is stored or was dealt
  /// with: one with the same request id, or, without one, with the same event and body.
  bool add(std::string_view request_id, std::string_view event_key, std::string_view body) const;
  /// Claims the oldest delivery that waits, for `lease`, or returns nothing.  It is handed out
  /// again when neither finish() nor release() came in time.
  [[nodiscard]] std::optional<StoredDelivery> claim(std::chrono::milliseconds lease) const;
  /// Says that a delivery was dealt with.
  void finish(std::int64_t id) const;
  /// Says that a delivery could not be dealt with; it may be claimed again after `delay`.
  void release(std::int64_t id, std::chrono::milliseconds delay) const;
  /// Returns the number of deliveries that are not dealt with.
  [[nodiscard]] std::int64_t waiting() const;

 private:
  friend class TrackingStore;
  explicit DeliveryStore(std::shared_ptr<tracking::Database> database);
  std::shared_ptr<tracking::Database> database_;
};

}  // namespace bitbucket::inline v0_1
