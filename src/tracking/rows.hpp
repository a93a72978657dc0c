#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tracking/session.hpp"

namespace bitbucket::inline v0_1::tracking {

/// The rows of a query, one by one: at most one is in memory.  The connection can do nothing else
/// before the last one is read.
class Rows {
 public:
  /// Runs a query whose values are $1, $2 and so on, in this order.
  Rows(Session& session, const std::string& query, const std::vector<std::string>& values);
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows();

  /// Goes to the next row; returns false when there is none.
  bool next();
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] long long number(int column) const;
  /// Returns a text, which is empty for NULL; valid until next() is called.
  [[nodiscard]] std::string_view text(int column) const;

 private:
  using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;
  Session& session_;
  const std::vector<std::string> values_;          // SQLite reads them while it steps
  sqlite_api::sqlite3_stmt* statement_ = nullptr;  // SQLite
  Result row_{nullptr, PQclear};                   // PostgreSQL
  bool done_ = false;
};

}  // namespace bitbucket::inline v0_1::tracking
