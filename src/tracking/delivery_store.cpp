#include <bitbucket/tracking/delivery_store.hpp>

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <functional>
#include <span>
#include <utility>

#include <bitbucket/error.hpp>

#include "base/hex.hpp"
#include "tracking/database.hpp"

namespace bitbucket::inline v0_1 {
namespace {

using std::chrono::milliseconds;
using tracking::Session;

constexpr std::size_t longest_name = 256;
constexpr milliseconds day = std::chrono::hours(24);
constexpr long long most_forgotten = 10'000;  // keeps the transaction short

std::string hex_of(std::string_view bytes) {
  return detail::hex(std::span(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

std::string bytes_of_hex(std::string_view digits) {
  const auto value = [](char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; };
  std::string bytes(digits.size() / 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<char>(value(digits[2 * i]) * 16 + value(digits[2 * i + 1]));
  return bytes;
}

std::string sha256(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  if (!EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr))
    throw Error("OpenSSL cannot compute a SHA-256");
  return detail::hex(std::span(digest.data(), size));
}

/// Returns whether a text can be stored as an event or a request id.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= longest_name &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

/// Returns a text that two deliveries share only if they are the same.
std::string identity_of(std::string_view request_id, std::string_view event_key,
                        std::string_view body) {
  // No name has a line break, so the parts cannot be mistaken for each other.
  std::string text(event_key);
  text += '\n';
  text += request_id;
  text += '\n';
  return sha256(text + sha256(body));
}

/// The parts of a statement that the database products write differently.
struct DeliverySql {
  explicit DeliverySql(const Session& session)
      : now(session.is_sqlite() ? "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
                                : "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"),
        body(session.is_sqlite() ? "CAST(:body AS BLOB)" : "decode(:body, 'hex')"),
        shown_body(session.is_sqlite() ? "body" : "encode(body, 'hex')"),
        skip_locked(session.is_sqlite() ? "" : " FOR UPDATE SKIP LOCKED") {}

  const std::string now;
  const std::string body, shown_body;  // SOCI's text ends at a NUL on PostgreSQL
  const std::string skip_locked;
};

/// Runs an UPDATE of the delivery unless somebody else has claimed it since; each claim has another
/// number.
bool update_claimed(tracking::Database& database, const StoredDelivery& delivery,
                    const std::function<std::string(const DeliverySql&)>& assignments) {
  const long long id = delivery.id, attempt = delivery.attempt;
  return database.write({}, [&](Session& session) {
    soci::statement update =
        (session.sql().prepare << "UPDATE deliveries SET " + assignments(DeliverySql(session)) +
                                      " WHERE id = :id AND attempts = :attempt AND done = 0",
         soci::use(id), soci::use(attempt));
    update.execute(true);
    return update.get_affected_rows() == 1;
  });
}

}  // namespace

DeliveryStore::DeliveryStore(std::shared_ptr<tracking::Database> database)
    : database_(std::move(database)) {}

bool DeliveryStore::add(std::string_view request_id, std::string_view event_key,
                        std::string_view body) const {
  if (!is_name(event_key))
    throw InvalidArgument(
        "the event of the delivery must have 1 to 256 characters of printable ASCII");
  const std::string id(is_name(request_id) ? request_id : std::string_view());
  const std::string event(event_key), identity = identity_of(id, event_key, body);
  return database_->write({}, [&](Session& session) {
    const DeliverySql sql(session);
    const std::string shown = session.is_sqlite() ? std::string(body) : hex_of(body);
    // A new delivery is due whatever the clock says.
    soci::statement insert =
        (session.sql().prepare
             << "INSERT INTO deliveries (identity, request_id, event_key, received_at, attempts, "
                "due_at, done, body) VALUES (:identity, :request_id, :event_key, " +
                    sql.now + ", 0, 0, 0, " + sql.body + ") ON CONFLICT (identity) DO NOTHING",
         soci::use(identity), soci::use(id), soci::use(event), soci::use(shown));
    insert.execute(true);
    return insert.get_affected_rows() == 1;
  });
}

std::optional<StoredDelivery> DeliveryStore::claim(milliseconds lease) const {
  if (lease <= milliseconds::zero() || lease > day)
    throw InvalidArgument("the lease of a delivery must be more than zero and at most a day");
  const long long time = lease.count(), longest = day.count();
  return database_->write(
      {}, [&](Session& session) -> std::optional<StoredDelivery> {
        const DeliverySql sql(session);
        StoredDelivery delivery;
        long long id = 0, received = 0, attempt = 0;
        // Nothing rests for more than a day, so a later time was set before the clock went back.
        soci::statement claim =
            (session.sql().prepare
                 << "UPDATE deliveries SET attempts = attempts + 1, due_at = " + sql.now +
                        " + :lease WHERE id = (SELECT id FROM deliveries WHERE done = 0 AND "
                        "(due_at <= " +
                        sql.now + " OR due_at > " + sql.now + " + :longest) ORDER BY id LIMIT 1" +
                        sql.skip_locked +
                        ") RETURNING id, request_id, event_key, received_at, attempts, " +
                        sql.shown_body,
             soci::use(time), soci::use(longest), soci::into(id), soci::into(delivery.request_id),
             soci::into(delivery.event_key), soci::into(received), soci::into(attempt),
             soci::into(delivery.body));
        if (!claim.execute(true)) return std::nullopt;
        if (!session.is_sqlite()) delivery.body = bytes_of_hex(delivery.body);
        delivery.id = id;
        delivery.received = Timestamp(milliseconds(received));
        delivery.attempt = attempt;
        return delivery;
      });
}

bool DeliveryStore::finish(const StoredDelivery& delivery) const {
  return update_claimed(*database_, delivery,
                        [](const DeliverySql&) { return std::string("done = 1, body = NULL"); });
}

bool DeliveryStore::postpone(const StoredDelivery& delivery, milliseconds time) const {
  if (time < milliseconds::zero() || time > day)
    throw InvalidArgument("the time for which a delivery rests must be between zero and a day");
  return update_claimed(*database_, delivery, [&](const DeliverySql& sql) {
    return "due_at = " + sql.now + " + " + std::to_string(time.count());
  });
}

std::int64_t DeliveryStore::forget_finished(std::int64_t keep) const {
  if (keep < 0) throw InvalidArgument("the number of deliveries to keep must not be negative");
  const long long kept = keep;
  return database_->write({}, [&](Session& session) -> std::int64_t {
    soci::statement forget =
        (session.sql().prepare << "DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries "
                                  "WHERE done = 1 AND id <= (SELECT max(id) FROM deliveries) - "
                                  ":kept ORDER BY id LIMIT :most)",
         soci::use(kept), soci::use(most_forgotten));
    forget.execute(true);
    return forget.get_affected_rows();
  });
}

std::int64_t DeliveryStore::unfinished() const {
  return database_->read([](Session& session) -> std::int64_t {
    long long count = 0;
    session.sql() << "SELECT count(*) FROM deliveries WHERE done = 0", soci::into(count);
    return count;
  });
}

}  // namespace bitbucket::inline v0_1
