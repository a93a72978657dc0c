#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "tracking/session.hpp"

namespace bitbucket::inline v0_1::tracking {

/// Writes many rows to a table: with COPY to PostgreSQL, with one prepared statement to SQLite.
class BulkInsert {
 public:
  /// `columns` are the names of the columns, separated by commas; `count` is their number.
  BulkInsert(Session& session, const std::string& table, const std::string& columns,
             std::size_t count);
  BulkInsert(const BulkInsert&) = delete;
  BulkInsert& operator=(const BulkInsert&) = delete;

  /// Adds a row, which has a value for each column.
  void add(std::initializer_list<Value> row);
  /// Sends the remaining rows of several lists.
  static void finish(Session& session, std::initializer_list<BulkInsert*> lists);

 private:
  void add_to_sqlite(std::initializer_list<Value> row);
  void add_to_postgresql(std::initializer_list<Value> row);
  static void copy(Session& session, std::span<BulkInsert* const> lists);

  Session& session_;
  const std::string statement_;
  sqlite_api::sqlite3_stmt* prepared_ = nullptr;  // SQLite; the session keeps it
  std::string buffer_;                            // rows for PostgreSQL
};

}  // namespace bitbucket::inline v0_1::tracking
