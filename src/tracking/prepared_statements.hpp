#pragma once

#include <cstddef>
#include <cstdlib>
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

/// The columns of a row as text; an empty optional stands for NULL.
using Row = std::vector<std::optional<std::string>>;

/// Returns the number in a column, 0 for NULL.
inline long long number_of(const std::optional<std::string>& column) {
  return column ? std::strtoll(column->c_str(), nullptr, 10) : 0;
}

/// Binds a value of a SQLite statement; the value must stay alive until the statement is reset.
int bind_value(sqlite_api::sqlite3_stmt* statement, int place, const Value& value) noexcept;

/// Appends a value in PostgreSQL's binary format, without its size.
void append_bytes(std::string& out, long long number);

/// The statements that a connection runs again and again.  Preparing them takes longer than running
/// them on few rows.
class PreparedStatements {
 public:
  /// What a statement did.
  struct Result {
    long long changed = 0;       ///< the number of rows that it changed
    std::vector<Row> rows = {};  ///< the rows that it returned
  };

  explicit PreparedStatements(Session& session) : session_(session) {}
  PreparedStatements(const PreparedStatements&) = delete;
  PreparedStatements& operator=(const PreparedStatements&) = delete;
  ~PreparedStatements();

  /// Runs a statement whose text contains $1, $2 and so on in this order, one for each value.
  Result run(const std::string& text, std::initializer_list<Value> values);
  /// Runs a statement whose result nobody needs.  PostgreSQL gets it together with what runs next
  /// on the connection, which throws its errors; SQLite runs it at once.
  void send(const std::string& text, std::initializer_list<Value> values);
  /// Runs the statements that were sent and are still waiting.
  void settle() { receive(); }
  /// Returns a prepared statement of SQLite, which the caller resets after each use.
  sqlite_api::sqlite3_stmt* on_sqlite(const std::string& text);

 private:
  /// A statement of PostgreSQL.  Its plan is renewed when the number of runs has doubled, because
  /// the tables may have grown since.
  struct Plan {
    std::string name;
    long long runs = 0, renewed_at = 0;
  };
  Result run_on_sqlite(const std::string& text, std::initializer_list<Value> values);
  void send_to_postgresql(const std::string& text, std::initializer_list<Value> values);
  Result receive();
  void prepare_on_postgresql(Plan& plan, const std::string& text, int count, const Oid* types);

  Session& session_;
  std::map<std::string, sqlite_api::sqlite3_stmt*, std::less<>> sqlite_;
  std::map<std::string, Plan, std::less<>> postgresql_;
  long long names_ = 0;  // of prepared statements, so far
  int sent_ = 0;         // statements in libpq's pipeline
};

}  // namespace bitbucket::inline v0_1::tracking
