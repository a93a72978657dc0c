#include <exception>
#include <string>

#include <bitbucket/tracking/store_error.hpp>

#include "tracking/session.hpp"

namespace bitbucket::inline v0_1 {

StoreError::StoreError(Reason reason, const std::string& what) : Error(what), reason_(reason) {}
StoreError::~StoreError() = default;
bool StoreError::is_retryable() const noexcept {
  return reason_ == Reason::locked || reason_ == Reason::unavailable;
}

namespace tracking {
namespace {

using Reason = StoreError::Reason;

Reason reason_of_sqlite(int result) {
  switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Reason::locked;
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return Reason::read_only;
    case SQLITE_FULL:
      return Reason::full;
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
      return Reason::unavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Reason::damaged;
    default:
      return Reason::other;
  }
}

Reason reason_of_postgresql(const std::string& sqlstate) {
  const std::string kind = sqlstate.substr(0, 2);
  if (sqlstate == "55P03" || sqlstate == "40P01" || kind == "40") return Reason::locked;
  if (sqlstate == "25006" || sqlstate == "42501") return Reason::read_only;
  if (kind == "53") return sqlstate == "53300" ? Reason::unavailable : Reason::full;
  if (kind == "08" || kind == "57" || kind == "58" || kind == "28" || kind == "3D")
    return Reason::unavailable;
  return Reason::other;
}

}  // namespace

void rethrow_as_store_error(std::string_view what) {
  const std::string doing(what);
  try {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const soci::sqlite3_soci_error& error) {
    throw StoreError(reason_of_sqlite(error.result()), doing + ": " + error.what());
  } catch (const soci::postgresql_soci_error& error) {
    throw StoreError(reason_of_postgresql(error.sqlstate()), doing + ": " + error.what());
  } catch (const soci::soci_error& error) {
    throw StoreError(Reason::other, doing + ": " + error.what());
  }
}

}  // namespace tracking
}  // namespace bitbucket::inline v0_1
