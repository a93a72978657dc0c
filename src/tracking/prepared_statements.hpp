#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tracking/soci.hpp"

namespace bitbucket::inline v0_1::tracking {

class Session;

/// NULL, a number, or text that can be stored.
using Value = std::variant<std::monostate, long long, std::string_view>;

/// The columns of a row as text; NULL is nothing.
using Row = std::vector<std::optional<std::string>>;

/// Binds a value of a statement of SQLite, which must stay until the statement is reset.
int bind_value(sqlite_api::sqlite3_stmt* statement, int place, const Value& value) noexcept;

/// Appends a value in PostgreSQL's binary format, without its size.
void append_bytes(std::string& out, long long number);

/// The statements that a connection runs again and again.  Preparing them takes longer than running
/// them on few rows.
class PreparedStatements {
 public:
  /// What a statement did.
  struct Result {
    long long changed = 0;  ///< rows
    Row row = {};           ///< the first one; empty when there is none
  };

  explicit PreparedStatements(Session& session) : session_(session) {}
  PreparedStatements(const PreparedStatements&) = delete;
  PreparedStatements& operator=(const PreparedStatements&) = delete;
  ~PreparedStatements();

  /// Runs a statement whose values are $1, $2 and so on, which it names in this order.
  Result run(const std::string& text, std::initializer_list<Value> values);
  /// Returns a prepared statement of SQLite, which the caller resets after each use.
  sqlite_api::sqlite3_stmt* on_sqlite(const std::string& text);

 private:
  /// A statement of PostgreSQL.
  struct Plan {
    std::string name;
    int runs = 0;
  };
  Result run_on_sqlite(const std::string& text, std::initializer_list<Value> values);
  Result run_on_postgresql(const std::string& text, std::initializer_list<Value> values);
  void prepare_on_postgresql(Plan& plan, const std::string& text, int count, const Oid* types);

  Session& session_;
  std::map<std::string, sqlite_api::sqlite3_stmt*, std::less<>> sqlite_;
  std::map<std::string, Plan, std::less<>> postgresql_;
};

}  // namespace bitbucket::inline v0_1::tracking
