#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include <unistd.h>

#include "tracking/errors.hpp"

// Finds who holds a lock, for the text of an error.
namespace bitbucket::inline v0_1::tracking {
namespace {

/// Returns "process 7 (psql)".
std::string process(const std::string& id, const std::string& program) {
  return program.empty() ? "process " + id : "process " + id + " (" + program + ")";
}

/// Returns the process that has locked a byte of a file for writing.  Asking the file itself would
/// mean opening it, and closing it would release the locks of this process.
std::string process_with_lock(const std::string& path, const std::string& byte) {
  struct ::stat file {};
  if (::stat(path.c_str(), &file) != 0) return {};
  const std::string inode = ':' + std::to_string(file.st_ino);
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    std::istringstream words(line);
    std::string number, kind, mode, access, id, place, first, last;
    words >> number >> kind >> mode >> access >> id >> place >> first >> last;
    if (access != "WRITE" || !place.ends_with(inode) || first != byte) continue;
    if (id == std::to_string(::getpid())) return "another thread of this process";
    std::string program;
    std::getline(std::ifstream("/proc/" + id + "/comm"), program);
    return process(id, program);
  }
  return {};
}

/// SQLite locks byte 120 of the index of its log, or of a file without a log the byte after the
/// first GiB.
std::string writer_of_file(const std::string& path) {
  std::string found = process_with_lock(path + "-shm", "120");
  if (found.empty()) found = process_with_lock(path, "1073741825");
  return found;
}

/// Asks for the session with the lock of that name, or else for the session that has been writing
/// to our tables for the longest time.
std::string writer_of_server(Session& session, const std::string& name) {
  std::string id, program, user;
  session.sql()
      << "SELECT CAST(a.pid AS TEXT), coalesce(a.application_name, ''),"
         " coalesce(a.usename, '') FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
         " WHERE l.granted AND l.pid <> pg_backend_pid()"
         " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
         " AND ((l.locktype = 'advisory' AND (CAST(l.classid AS BIGINT) << 32)"
         " + CAST(l.objid AS BIGINT) = hashtextextended(:name, 0))"
         " OR (l.mode NOT IN ('AccessShareLock', 'RowShareLock') AND l.relation IN"
         " (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
         " WHERE n.nspname = current_schema())))"
         " ORDER BY l.locktype <> 'advisory', a.xact_start LIMIT 1",
      soci::use(name), soci::into(id), soci::into(program), soci::into(user);
  if (!session.sql().got_data()) return {};
  return process(id, program) + " of user " + user;
}

}  // namespace

std::string holder_of_lock(Session& session, std::string_view name) noexcept {
  std::string found;
  try {
    found = session.is_sqlite() ? writer_of_file(session.address().place)
                                : writer_of_server(session, std::string(name));
  } catch (...) {  // NOLINT(bugprone-empty-catch): the failure itself matters more
  }
  return found.empty() ? "another process" : found;
}

}  // namespace bitbucket::inline v0_1::tracking
