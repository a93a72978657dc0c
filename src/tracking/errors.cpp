#include "tracking/errors.hpp"

namespace bitbucket::inline v0_1 {

StoreError::StoreError(Reason reason, const std::string& what) : Error(what), reason_(reason) {}
StoreError::~StoreError() = default;
bool StoreError::is_retryable() const noexcept {
  return reason_ == Reason::locked || reason_ == Reason::unavailable;
}

namespace tracking {
namespace {

using Reason = StoreError::Reason;

Reason reason_of_sqlite(int result, std::string_view text) {
  switch (result & 0xff) {  // the other bits say more precisely where it failed
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
      break;
  }
  const bool other_schema = text.find("no such table") != std::string_view::npos ||
                            text.find("no such column") != std::string_view::npos ||
                            text.find("no column named") != std::string_view::npos ||
                            text.find("already exists") != std::string_view::npos;
  return other_schema ? Reason::damaged : Reason::other;
}

Reason reason_of_postgresql(const std::string& state) {
  const std::string kind = state.substr(0, 2);
  if (state == "55P03" || kind == "40") return Reason::locked;
  if (state == "25006" || state == "42501") return Reason::read_only;
  if (state == "53100" || state == "53400") return Reason::full;
  // no such table or column, a table that exists, and damage that the server found
  if (state == "42P01" || state == "42703" || state == "42P07" || kind == "XX")
    return Reason::damaged;
  for (const std::string_view gone : {"08", "28", "3D", "53", "57", "58"})
    if (kind == gone) return Reason::unavailable;
  return state == "25P03" ? Reason::unavailable : Reason::other;
}

/// Returns the words of the database without the names of SOCI's functions.
std::string words_of(const soci::soci_error& error) {
  // what() would add the statement with its values, which may be secret.
  std::string text = error.get_error_message();
  for (const std::string_view before : {"ERROR:  ", "FATAL:  ", "PANIC:  ", "backend::"})
    if (const auto at = text.find(before); at != std::string::npos) {
      text.erase(0, at + before.size());
      if (before == "backend::" && text.find(": ") != std::string::npos)
        text.erase(0, text.find(": ") + 2);
      break;
    }
  for (const std::string_view before : {"Cannot execute query. ", "Fatal error. ",
                                        "Cannot establish connection to the database.\n"})
    if (text.starts_with(before)) text.erase(0, before.size());
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

std::string advice_on(Reason reason, Engine engine) {
  const bool sqlite = engine == Engine::sqlite;
  switch (reason) {
    case Reason::locked:
      return "try again when it has finished, or end it";
    case Reason::read_only:
      return sqlite ? "make the file and its folder writable for this process"
                    : "connect to the primary server, as a user who may write";
    case Reason::full:
      return sqlite ? "free some space on its disk, and try again"
                    : "free some space on the server, or raise its limits, and try again";
    case Reason::unavailable:
      // SQLite calls it an I/O error when a full disk has no room for its shared memory.
      return sqlite ? "check that the path is right and that the disk works and has room, and try "
                      "again"
                    : "check the address and that the server runs, and try again";
    case Reason::damaged:
      return "use another database, or restore this one from a backup";
    default:
      return "report this text to the maintainers of this program";
  }
}

}  // namespace

std::optional<Failure> failure_of(const std::exception_ptr& error, Session* session) {
  Failure failure;
  try {
    std::rethrow_exception(error);
  } catch (const soci::sqlite3_soci_error& thrown) {
    failure.text = words_of(thrown);
    failure.reason = reason_of_sqlite(thrown.result(), failure.text);
  } catch (const soci::postgresql_soci_error& thrown) {
    failure.text = words_of(thrown);
    failure.reason = reason_of_postgresql(thrown.sqlstate());
    // No code: libpq itself failed.  It may notice only at the next statement that the server is
    // gone, and only then does the connection count as lost.
    failure.lost = thrown.sqlstate() == "     " || thrown.sqlstate().starts_with("57P") ||
                   thrown.sqlstate().starts_with("08");
    failure.deadlock = thrown.sqlstate() == "40P01" || thrown.sqlstate() == "40001";
  } catch (const soci::soci_error& thrown) {
    failure.text = words_of(thrown);
    // SOCI gives no code when it cannot connect.
    failure.reason = session ? Reason::other : Reason::unavailable;
  } catch (...) {
    return std::nullopt;
  }
  failure.lost = failure.lost || (session && session->is_lost());
  if (failure.lost) failure.reason = Reason::unavailable;
  return failure;
}

void throw_store_error(const std::exception_ptr& error, std::string_view doing,
                       const Address& address, const std::optional<Failure>& failure,
                       const std::string& holder) {
  if (!failure) std::rethrow_exception(error);
  std::string text(doing);
  text += " " + address.name + " failed: ";
  if (failure->lost && address.engine == Engine::sqlite)
    text += "the file was deleted, moved or replaced while it was open";
  else if (failure->reason == Reason::locked && !holder.empty())
    text += holder + " holds the lock (" + failure->text + ")";
  else
    text += failure->text;
  throw StoreError(failure->reason, text + "; " + advice_on(failure->reason, address.engine));
}

}  // namespace tracking
}  // namespace bitbucket::inline v0_1
