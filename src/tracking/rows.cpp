#include "tracking/rows.hpp"

#include <algorithm>
#include <cstdlib>

#include "tracking/c_errors.hpp"
#include "tracking/text.hpp"

namespace bitbucket::inline v0_1::tracking {
namespace {

/// Sends a query whose rows come one by one.
void send(Session& session, const std::string& query, const std::vector<std::string>& values) {
  PGconn* const connection = session.postgresql();
  std::vector<const char*> texts;
  for (const std::string& value : values) texts.push_back(value.c_str());
  if (PQsendQueryParams(connection, query.c_str(), static_cast<int>(texts.size()), nullptr,
                        texts.data(), nullptr, nullptr, 0) != 1 ||
      PQsetSingleRowMode(connection) != 1)
    throw_postgresql(session, nullptr);
}

}  // namespace

Rows::Rows(Session& session, const std::string& query, const std::vector<std::string>& values)
    : session_(session), values_(values) {
  // No row has a text that cannot be stored.
  done_ = !std::all_of(values.begin(), values.end(), is_storable);
  if (done_) return;
  session_.observe(query);
  if (!session_.is_sqlite()) {
    send(session_, query, values);
    return;
  }
  check_sqlite(session_, sqlite_api::sqlite3_prepare_v2(session_.sqlite(), query.c_str(), -1,
                                                        &statement_, nullptr));
  int place = 0;
  for (const std::string& value : values_)
    check_sqlite(session_,
                 sqlite_api::sqlite3_bind_text64(statement_, ++place, value.data(), value.size(),
                                                 SQLITE_STATIC, SQLITE_UTF8));
}

Rows::~Rows() {
  sqlite_api::sqlite3_finalize(statement_);
  if (session_.is_sqlite() || done_) return;
  // The reader gave up; the connection must not keep rows that nobody reads.
  while (PGresult* const rest = PQgetResult(session_.connection())) PQclear(rest);
}

bool Rows::next() {
  if (done_) return false;
  if (session_.is_sqlite()) {
    const int result = sqlite_api::sqlite3_step(statement_);
    done_ = result != SQLITE_ROW;
    if (done_ && result != SQLITE_DONE) check_sqlite(session_, result);
    return !done_;
  }
  row_.reset(PQgetResult(session_.connection()));
  const ExecStatusType status = PQresultStatus(row_.get());
  if (status == PGRES_SINGLE_TUPLE) return true;
  if (status != PGRES_TUPLES_OK) throw_postgresql(session_, row_.get());
  done_ = true;
  while (PGresult* const rest = PQgetResult(session_.connection())) PQclear(rest);
  return false;
}

bool Rows::is_null(int column) const {
  return session_.is_sqlite() ? sqlite_api::sqlite3_column_type(statement_, column) == SQLITE_NULL
                              : PQgetisnull(row_.get(), 0, column) != 0;
}

long long Rows::number(int column) const {
  return session_.is_sqlite() ? sqlite_api::sqlite3_column_int64(statement_, column)
                              : std::strtoll(PQgetvalue(row_.get(), 0, column), nullptr, 10);
}

std::string_view Rows::text(int column) const {
  if (!session_.is_sqlite())
    return {PQgetvalue(row_.get(), 0, column),
            static_cast<std::size_t>(PQgetlength(row_.get(), 0, column))};
  const auto* const text = sqlite_api::sqlite3_column_text(statement_, column);
  if (!text) return {};
  return {reinterpret_cast<const char*>(text),
          static_cast<std::size_t>(sqlite_api::sqlite3_column_bytes(statement_, column))};
}

}  // namespace bitbucket::inline v0_1::tracking
