#include "tracking/c_errors.hpp"

namespace bitbucket::inline v0_1::tracking {

void check_sqlite(Session& session, int result) {
  if (result != SQLITE_OK)
    throw soci::sqlite3_soci_error(sqlite_api::sqlite3_errmsg(session.sqlite()), result);
}

void throw_postgresql(Session& session, const PGresult* result) {
  const char* const state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
  const bool has_text = result && *PQresultErrorMessage(result) != '\0';
  throw soci::postgresql_soci_error(
      has_text ? PQresultErrorMessage(result) : PQerrorMessage(session.connection()),
      state ? state : "08006");  // the connection broke
}

}  // namespace bitbucket::inline v0_1::tracking
