#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
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

/// A delivery of a webhook that was claimed.
struct StoredDelivery {
  std::int64_t id = 0;       ///< grows from one delivery to the next
  std::string request_id;    ///< X-Request-Id; empty when there was none that counts
  std::string event_key;     ///< "repo:refs_changed"
  std::string body;          ///< the bytes that arrived
  Timestamp received{};      ///< when, by the clock of the database
  std::int64_t attempt = 0;  ///< how often it was claimed, this time included
  friend bool operator==(const StoredDelivery&, const StoredDelivery&) = default;
};

/// The deliveries of webhooks that were accepted.  A delivery waits until somebody claims it, and
/// is handed out again unless finish() or postpone() is called in time, so nothing is lost when a
/// process dies.  A finished delivery is never handed out again.
///
/// Two deliveries are the same when their events, bodies and request ids are the same.  The id
/// alone does not decide, because it is not signed: anyone who knows an id could make the store
/// drop another delivery with it.  An id counts as absent when it is longer than 256 bytes, or has
/// characters other than printable ASCII.
///
/// Times are those of the database's clock (with SQLite, of the machine's).  When that clock goes
/// back, a delivery that waits for its time waits longer, but never longer than a day.
class BITBUCKET_EXPORT DeliveryStore {
 public:
  /// Stores a delivery and returns true; returns false when the same one is stored or is
  /// remembered.  When it returns, the delivery is on the disk.  Throws InvalidArgument when the
  /// event is empty, longer than 256 bytes, or not of printable ASCII.
  bool add(std::string_view request_id, std::string_view event_key, std::string_view body) const;
  /// Claims the oldest delivery that waits, for `lease`, which is more than zero and at most a day.
  /// Returns nothing when none waits.  Does not wait for deliveries that others claim at the
  /// moment.
  [[nodiscard]] std::optional<StoredDelivery> claim(std::chrono::milliseconds lease) const;
  /// Says that a delivery was dealt with, and removes its body.  Returns false, and does nothing,
  /// when somebody else has claimed it since.
  bool finish(const StoredDelivery& delivery) const;
  /// Lets nobody claim the delivery for `time`, at most a day: after its handler failed, or because
  /// it needs longer.  Returns false, and does nothing, when somebody else has claimed it since.
  bool postpone(const StoredDelivery& delivery, std::chrono::milliseconds time) const;
  /// Forgets finished deliveries, except for those among the newest `keep` deliveries; a forgotten
  /// one would be stored again.  Removes 10,000 rows at most, and returns how many it removed.
  std::int64_t forget_finished(std::int64_t keep) const;
  /// Returns the number of deliveries that are not finished.
  [[nodiscard]] std::int64_t unfinished() const;

 private:
  friend class TrackingStore;
  explicit DeliveryStore(std::shared_ptr<tracking::Database> database);
  std::shared_ptr<tracking::Database> database_;
};

}  // namespace bitbucket::inline v0_1
