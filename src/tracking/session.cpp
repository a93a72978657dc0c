#include "tracking/session.hpp"

#include <poll.h>

#include <memory>

#include "tracking/address.hpp"

namespace bitbucket::inline v0_1::tracking {
namespace {

/// Passes each statement on to TrackingStoreOptions::on_statement.
class Observer : public soci::logger_impl {
 public:
  explicit Observer(const TrackingStoreOptions& options) : options_(options) {}
  void start_query(const std::string& query) override { options_.on_statement(query); }

 private:
  logger_impl* do_clone() const override { return std::make_unique<Observer>(options_).release(); }
  const TrackingStoreOptions& options_;
};

/// Connects to a file; SOCI's parameters are separated by spaces, so the path stands in quotes.
void open_sqlite(soci::session& sql, const std::string& path) {
  if (path.find('"') != std::string::npos)
    throw InvalidArgument("the path of the database must not have a quotation mark");
  sql.open(*soci::factory_sqlite3(), "db=\"" + path + "\"");
}

void set_up_sqlite(Session& session, const TrackingStoreOptions& options) {
  sqlite_api::sqlite3_busy_timeout(session.sqlite(),
                                   static_cast<int>(options.lock_timeout.count()));
  session.execute("PRAGMA journal_mode = WAL");
  session.execute("PRAGMA synchronous = FULL");
  session.execute("PRAGMA foreign_keys = ON");
  session.execute("PRAGMA cache_size = -16384");
}

void set_up_postgresql(Session& session, const TrackingStoreOptions& options) {
  PQsetNoticeProcessor(
      session.postgresql(), [](void*, const char*) {}, nullptr);
  session.execute("SET lock_timeout = " + std::to_string(options.lock_timeout.count()));
  session.execute("SET client_encoding = 'UTF8'");
}

}  // namespace

Session::Session(const TrackingStoreOptions& options) : options_(options) {
  const Address address = parse_address(options.database);
  engine_ = address.engine;
  if (is_sqlite())
    open_sqlite(sql_, address.place);
  else
    sql_.open(*soci::factory_postgresql(), address.place);
  if (options.on_statement)
    sql_.set_logger(std::make_unique<Observer>(options).release());  // SOCI owns it
  if (is_sqlite())
    set_up_sqlite(*this, options);
  else
    set_up_postgresql(*this, options);
}

void Session::execute(const std::string& statement) { sql_ << statement; }

long long Session::changed(const std::string& statement) {
  soci::statement prepared = (sql_.prepare << statement);
  prepared.execute(true);
  return prepared.get_affected_rows();
}

void Session::observe(std::string_view statement) const {
  if (options_.on_statement) options_.on_statement(statement);
}

bool Session::is_stale() noexcept {
  if (is_sqlite()) return false;
  // Between statements the server has something to say only when it closes the connection.
  pollfd socket{.fd = PQsocket(postgresql()), .events = POLLIN, .revents = 0};
  return ::poll(&socket, 1, 0) != 0;
}

sqlite_api::sqlite3* Session::sqlite() noexcept {
  return static_cast<soci::sqlite3_session_backend*>(sql_.get_backend())->conn_;
}

PGconn* Session::postgresql() noexcept {
  return static_cast<soci::postgresql_session_backend*>(sql_.get_backend())->conn_;
}

}  // namespace bitbucket::inline v0_1::tracking
