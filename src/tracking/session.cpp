#include "tracking/session.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <thread>

#include <bitbucket/tracking/store_error.hpp>

namespace bitbucket::inline v0_1::tracking {
namespace {

using std::chrono::milliseconds;

/// Passes each statement on to TrackingStoreOptions::on_statement.
class Observer : public soci::logger_impl {
 public:
  explicit Observer(const TrackingStoreOptions& options) : options_(options) {}
  void start_query(const std::string& query) override { options_.on_statement(query); }

 private:
  logger_impl* do_clone() const override { return std::make_unique<Observer>(options_).release(); }
  const TrackingStoreOptions& options_;
};

StoreError unavailable(const std::string& what) { return {StoreError::Reason::unavailable, what}; }

/// Throws an error that explains more than SQLite's when no file can be opened at the path.
void check_path(const Address& address, Session::Create create) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path path = address.place;
  if (fs::is_directory(path, ignored))
    throw unavailable(address.name + " is a folder; write the path of a file");
  if (!fs::exists(path.parent_path(), ignored))
    throw unavailable(address.name +
                      " cannot be created, because its folder does not exist; create "
                      "the folder");
  if (create == Session::Create::no && !fs::exists(path, ignored))
    throw unavailable(address.name +
                      " has been deleted or moved; put it back, or open the store again");
}

/// Opens the file once without SOCI, because SOCI always creates it and leaks memory when that
/// fails.
void try_file(const Address& address, Session::Create create) {
  check_path(address, create);
  sqlite_api::sqlite3* raw = nullptr;
  const int flags =
      SQLITE_OPEN_READWRITE | (create == Session::Create::yes ? SQLITE_OPEN_CREATE : 0);
  const int result = sqlite_api::sqlite3_open_v2(address.place.c_str(), &raw, flags, nullptr);
  const std::unique_ptr<sqlite_api::sqlite3, decltype(&sqlite_api::sqlite3_close)> file(
      raw, sqlite_api::sqlite3_close);
  if (result != SQLITE_OK)
    throw soci::sqlite3_soci_error(raw ? sqlite_api::sqlite3_errmsg(raw) : "out of memory", result);
}

void open(soci::session& sql, const Address& address, Session::Create create) {
  if (address.engine == Engine::sqlite) {
    if (sqlite_api::sqlite3_libversion_number() < 3'039'000)
      throw StoreError(StoreError::Reason::other, "SQLite is older than 3.39; install a newer one");
    try_file(address, create);
    // Spaces separate SOCI's parameters, so the path is quoted.
    sql.open(*soci::factory_sqlite3(), "db=\"" + address.place + "\"");
  } else {
    sql.open(*soci::factory_postgresql(), address.place);
  }
}

}  // namespace

milliseconds bounded(milliseconds time) noexcept {
  // PostgreSQL takes 0 as "for ever", and both products count milliseconds with 32 bits.
  return std::clamp(time, milliseconds(1), milliseconds(2'000'000'000));
}

Session::Session(const Address& address, const TrackingStoreOptions& options, Create create)
    : address_(address), options_(options) {
  open(sql_, address, create);
  if (options.on_statement)
    sql_.set_logger(std::make_unique<Observer>(options).release());  // SOCI owns it
  if (is_sqlite())
    set_up_sqlite();
  else
    set_up_postgresql();
}

void Session::set_up_sqlite() {
  wait_at_most(options_.lock_timeout);
  use_write_ahead_log();
  execute("PRAGMA synchronous = FULL");
  execute("PRAGMA foreign_keys = ON");
  execute("PRAGMA cache_size = -16384");
  // A connection is closed after a failure, so no temporary table is ever rolled back.
  execute("PRAGMA temp.journal_mode = OFF");
}

/// SQLite does not wait when two connections change the mode of a new file at the same time.
void Session::use_write_ahead_log() {
  const auto end = std::chrono::steady_clock::now() + bounded(options_.lock_timeout);
  for (;;) {
    std::string mode;
    sql_ << "PRAGMA journal_mode", soci::into(mode);
    if (mode == "wal" || sqlite_api::sqlite3_db_readonly(sqlite(), "main") == 1) return;
    try {
      return execute("PRAGMA journal_mode = WAL");
    } catch (const soci::sqlite3_soci_error& error) {
      if ((error.result() & 0xff) != SQLITE_BUSY || std::chrono::steady_clock::now() > end) throw;
    }
    std::this_thread::sleep_for(milliseconds(5));
  }
}

void Session::set_up_postgresql() {
  PQsetNoticeProcessor(
      postgresql(), [](void*, const char*) {}, nullptr);
  PQsetErrorVerbosity(postgresql(), PQERRORS_TERSE);  // the details of errors show rows
  if (PQserverVersion(postgresql()) < 110'000)
    throw StoreError(StoreError::Reason::other,
                     address_.name + " is older than PostgreSQL 11; update the server");
  const char* encoding = PQparameterStatus(postgresql(), "server_encoding");
  if (!encoding || std::string_view(encoding) != "UTF8")
    throw StoreError(
        StoreError::Reason::other,
        address_.name +
            " cannot store every text; use a database that was created with ENCODING 'UTF8'");
  execute("SET jit = off");  // compiling a statement took longer than running it on 30,000 rows
  execute("SET enable_mergejoin = off");  // sorts small tables that are joined faster by hashing
  execute("SET lock_timeout = " + std::to_string(bounded(options_.lock_timeout).count()));
}

void Session::execute(const std::string& statement) { sql() << statement; }

void Session::observe(std::string_view statement) const {
  if (options_.on_statement) options_.on_statement(statement);
}

bool Session::is_lost() noexcept {
  if (!is_sqlite()) return PQstatus(connection()) != CONNECTION_OK;
  int moved = 0;
  const int result =
      sqlite_api::sqlite3_file_control(sqlite(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return result == SQLITE_OK && moved != 0;
}

void Session::wait_at_most(milliseconds time) noexcept {
  sqlite_api::sqlite3_busy_timeout(sqlite(), static_cast<int>(bounded(time).count()));
}

sqlite_api::sqlite3* Session::sqlite() noexcept {
  return static_cast<soci::sqlite3_session_backend*>(sql_.get_backend())->conn_;
}

PGconn* Session::connection() noexcept {
  return static_cast<soci::postgresql_session_backend*>(sql_.get_backend())->conn_;
}

}  // namespace bitbucket::inline v0_1::tracking
