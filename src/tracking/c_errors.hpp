#pragma once

#include "tracking/session.hpp"

// Errors of the databases' C libraries, as SOCI would throw them.
namespace bitbucket::inline v0_1::tracking {

/// Throws soci::sqlite3_soci_error unless the result is SQLITE_OK.
void check_sqlite(Session& session, int result);

/// Throws soci::postgresql_soci_error.  Without a result, the connection is broken.
[[noreturn]] void throw_postgresql(Session& session, const PGresult* result);

}  // namespace bitbucket::inline v0_1::tracking
