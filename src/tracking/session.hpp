#pragma once

#include <string>
#include <string_view>

#include <bitbucket/tracking/tracking_store.hpp>

#include "tracking/soci.hpp"

namespace bitbucket::inline v0_1::tracking {

/// The database products.
enum class Engine { sqlite, postgresql };

/// A connection to the database.  One thread at a time uses it.
class Session {
 public:
  /// Connects.
  explicit Session(const TrackingStoreOptions& options);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] Engine engine() const noexcept { return engine_; }
  [[nodiscard]] bool is_sqlite() const noexcept { return engine_ == Engine::sqlite; }
  /// Returns SOCI's session, for statements with values.
  [[nodiscard]] soci::session& sql() noexcept { return sql_; }
  /// Runs one statement without values.
  void execute(const std::string& statement);
  /// Returns the number of rows that a statement without values changed.
  long long changed(const std::string& statement);
  /// Tells TrackingStoreOptions::on_statement of a statement that does not go through SOCI.
  void observe(std::string_view statement) const;
  /// Returns whether the server has closed the connection, as far as is known without asking it.
  [[nodiscard]] bool is_stale() noexcept;
  /// Returns the connection itself.
  [[nodiscard]] sqlite_api::sqlite3* sqlite() noexcept;
  [[nodiscard]] PGconn* postgresql() noexcept;

 private:
  const TrackingStoreOptions& options_;
  Engine engine_;
  soci::session sql_;
};

/// Returns an error for the exception that is being handled, which may be SOCI's or our own.
/// `what` says what was being done.
[[noreturn]] void rethrow_as_store_error(std::string_view what);

}  // namespace bitbucket::inline v0_1::tracking
