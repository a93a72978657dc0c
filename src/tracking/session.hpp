#pragma once

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <bitbucket/tracking/tracking_store.hpp>

#include "tracking/address.hpp"
#include "tracking/prepared_statements.hpp"
#include "tracking/soci.hpp"

namespace bitbucket::inline v0_1::tracking {

/// A connection to the database.  One thread at a time uses it.
class Session {
 public:
  /// Whether a file of SQLite may be created.
  enum class Create { no, yes };
  /// Connects.  Both arguments must outlive the session.
  Session(const Address& address, const TrackingStoreOptions& options, Create create);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] Engine engine() const noexcept { return address_.engine; }
  [[nodiscard]] bool is_sqlite() const noexcept { return engine() == Engine::sqlite; }
  [[nodiscard]] const Address& address() const noexcept { return address_; }
  /// Returns SOCI's session, for statements with values.
  [[nodiscard]] soci::session& sql() {
    statements_.settle();
    return sql_;
  }
  /// Runs one statement without values, which is not kept.
  void execute(const std::string& statement);
  /// Runs a statement, which stays prepared, so its text must not change from call to call.  Its
  /// values are $1, $2 and so on, and appear in this order.  Returns the number of changed rows.
  long long run(const std::string& statement, std::initializer_list<Value> values = {}) {
    return statements_.run(statement, values).changed;
  }
  /// Runs a statement like run() when its result is not needed.  PostgreSQL gets it together with
  /// what runs next, which throws its errors: this saves one wait for an answer.
  void send(const std::string& statement, std::initializer_list<Value> values = {}) {
    statements_.send(statement, values);
  }
  /// Runs a statement like run() and returns the first row, which is empty when there is none.
  Row row(const std::string& statement, std::initializer_list<Value> values = {}) {
    auto all = rows(statement, values);
    return all.empty() ? Row() : std::move(all.front());
  }
  /// Runs a statement like run() and returns its rows, of which there are few.
  std::vector<Row> rows(const std::string& statement, std::initializer_list<Value> values = {}) {
    return statements_.run(statement, values).rows;
  }
  /// Runs a statement like run() and returns the first number of the first row, 0 for NULL, or
  /// nothing.
  std::optional<long long> number(const std::string& statement,
                                  std::initializer_list<Value> values = {}) {
    const Row first = row(statement, values);
    if (first.empty()) return std::nullopt;
    return number_of(first[0]);
  }
  /// The temporary tables of staging.hpp, which stay as long as the connection does.
  struct StagingTables {
    bool exist = false;
    std::size_t bytes = 0;   ///< roughly how much was written to them since they were created
    std::string commit_ids;  ///< the name of PostgreSQL's sequence for `commits.id`, in quotes
  };
  [[nodiscard]] StagingTables& staging_tables() noexcept { return staging_tables_; }
  /// Returns the statements that stay prepared.
  [[nodiscard]] PreparedStatements& statements() noexcept { return statements_; }
  /// Passes a statement that does not go through SOCI to TrackingStoreOptions::on_statement.
  void observe(std::string_view statement) const;
  /// Returns whether the connection broke, or the file is no longer at its path.
  [[nodiscard]] bool is_lost() noexcept;
  /// Sets how long a statement waits for a lock of another process; SQLite only.
  void wait_at_most(std::chrono::milliseconds time) noexcept;
  /// Returns the connection itself.
  [[nodiscard]] sqlite_api::sqlite3* sqlite() noexcept;
  [[nodiscard]] PGconn* postgresql() {
    statements_.settle();
    return connection();
  }
  /// Returns the connection while statements that were sent may still be waiting.
  [[nodiscard]] PGconn* connection() noexcept;

 private:
  void set_up_sqlite();
  void use_write_ahead_log();
  void set_up_postgresql();

  const Address& address_;
  const TrackingStoreOptions& options_;
  soci::session sql_;
  StagingTables staging_tables_;
  PreparedStatements statements_{*this};  // is destroyed before the connection
};

/// Returns a time that the databases accept: 1 ms to 24 days.
std::chrono::milliseconds bounded(std::chrono::milliseconds time) noexcept;

}  // namespace bitbucket::inline v0_1::tracking
