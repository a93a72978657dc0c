#include "tracking/databases.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <vector>

#include <libpq-fe.h>
#include <sqlite3.h>
#include <unistd.h>

namespace bitbucket::test {
namespace {

namespace fs = std::filesystem;

/// Returns the folder with the programs of the newest PostgreSQL.
fs::path programs() {
  fs::path newest;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql"))
    if (fs::exists(version.path() / "bin/initdb"))
      newest = std::max(newest, version.path() / "bin");
  if (newest.empty()) throw std::runtime_error("there is no PostgreSQL in /usr/lib/postgresql");
  return newest;
}

/// PostgreSQL refuses to run as root.
std::vector<std::string> unprivileged(std::vector<std::string> command) {
  if (::geteuid() != 0) return command;
  std::vector<std::string> all = {"setpriv", "--reuid",        "nobody",      "--regid",
                                  "nogroup", "--clear-groups", "--pdeathsig", "KILL"};
  all.insert(all.end(), command.begin(), command.end());
  return all;
}

void run(const std::vector<std::string>& command) {
  std::string line;
  for (const std::string& word : command) line += "'" + word + "' ";
  if (std::system((line + ">/dev/null 2>&1").c_str()) != 0)
    throw std::runtime_error("this command failed: " + line);
}

fs::path make_folder() {
  std::string pattern = (fs::temp_directory_path() / "bitbucket-db-XXXXXX").string();
  if (!::mkdtemp(pattern.data())) throw std::runtime_error("there is no temporary folder");
  return pattern;
}

/// Databases that tests have used and that are empty again: creating one takes a long time.
std::vector<std::string>& empty_databases() {
  static std::vector<std::string> names;
  return names;
}

class Connection {
 public:
  explicit Connection(const std::string& address)
      : connection_(PQconnectdb(address.c_str()), PQfinish) {
    if (PQstatus(connection_.get()) != CONNECTION_OK)
      throw std::runtime_error(PQerrorMessage(connection_.get()));
  }
  std::string query(const std::string& statement) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(
        PQexec(connection_.get(), statement.c_str()), PQclear);
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
      throw std::runtime_error(PQerrorMessage(connection_.get()));
    std::string rows;
    for (int row = 0; row < PQntuples(result.get()); ++row)
      for (int column = 0; column < PQnfields(result.get()); ++column) {
        rows +=
            PQgetisnull(result.get(), row, column) ? "-" : PQgetvalue(result.get(), row, column);
        rows += column + 1 < PQnfields(result.get()) ? '|' : '\n';
      }
    return rows;
  }

 private:
  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

/// Ends all other sessions of a database and waits until they have left it.  The function of the
/// server that waits looks only every 100 ms.
constexpr const char* end_other_sessions = R"(DO $$ BEGIN
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
  WHILE EXISTS (SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()) LOOP
    PERFORM pg_sleep(0.001);
    PERFORM pg_stat_clear_snapshot();
  END LOOP;
END $$)";

/// Ends the sessions of a database, and removes its tables and settings.
void empty_database(const std::string& name) {
  Connection connection(PostgresqlServer::shared().address(name));
  connection.query(end_other_sessions);
  connection.query("SET client_min_messages = warning");
  connection.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  connection.query("ALTER DATABASE " + name + " RESET ALL");
}

std::string query_file(const fs::path& file, const std::string& statement) {
  sqlite3* raw = nullptr;
  const int opened = sqlite3_open(file.c_str(), &raw);
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database(raw, sqlite3_close);
  if (opened != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(raw));
  sqlite3_busy_timeout(raw, 10'000);
  std::string rows;
  const auto add = [](void* to, int columns, char** values, char**) {
    for (int column = 0; column < columns; ++column) {
      *static_cast<std::string*>(to) += values[column] ? values[column] : "-";
      *static_cast<std::string*>(to) += column + 1 < columns ? '|' : '\n';
    }
    return 0;
  };
  if (sqlite3_exec(raw, statement.c_str(), add, &rows, nullptr) != SQLITE_OK)
    throw std::runtime_error(sqlite3_errmsg(raw));
  return rows;
}

}  // namespace

PostgresqlServer::PostgresqlServer() : folder_(make_folder()) {
  // The unprivileged user needs the folder, and the socket in it.
  fs::permissions(folder_, fs::perms::all);
  run(unprivileged({programs() / "initdb", "--pgdata", folder_ / "data", "--username", "tester",
                    "--auth", "trust", "--no-sync", "--no-locale", "--encoding", "UTF8"}));
  start();
}

PostgresqlServer::~PostgresqlServer() {
  if (daemon_) stop();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

PostgresqlServer& PostgresqlServer::shared() {
  static PostgresqlServer server;
  return server;
}

std::string PostgresqlServer::address(std::string_view database) const {
  return "postgresql:///" + std::string(database) + "?user=tester&host=" + folder_.string();
}

void PostgresqlServer::execute(const std::string& statement, std::string_view database) const {
  Connection(address(database)).query(statement);
}

void PostgresqlServer::start() {
  daemon_ = std::make_unique<test_support::Daemon>(
      unprivileged({programs() / "postgres", "-D", folder_ / "data", "-k", folder_, "-h", "", "-c",
                    "fsync=off", "-c", "max_connections=200", "-c", "shared_buffers=64MB"}),
      "ready to accept connections");
}

void PostgresqlServer::stop() {
  ::kill(daemon_->pid(), SIGQUIT);  // at SIGTERM, it would wait for its clients
  daemon_.reset();
}

void PostgresqlServer::restart() {
  stop();
  start();
}

TestDatabase::TestDatabase(Product product) : product_(product) {
  static std::atomic<int> number = 0;
  if (product == Product::sqlite) {
    folder_ = make_folder();
    address_ = "sqlite:" + file().string();
  } else {
    if (empty_databases().empty()) {
      name_ = "test" + std::to_string(::getpid()) + "_" + std::to_string(++number);
      PostgresqlServer::shared().execute("CREATE DATABASE " + name_);
    } else {
      name_ = empty_databases().back();
      empty_databases().pop_back();
    }
    address_ = PostgresqlServer::shared().address(name_);
  }
}

TestDatabase::~TestDatabase() {
  std::error_code ignored;
  if (product_ == Product::sqlite) {
    fs::remove_all(folder_, ignored);
    return;
  }
  try {
    empty_database(name_);
    empty_databases().push_back(name_);
  } catch (const std::exception&) {  // a test has damaged it: the next test gets another one
  }
}

void TestDatabase::end_sessions() const { Connection(address_).query(end_other_sessions); }

std::string TestDatabase::query(const std::string& statement) const {
  return product_ == Product::sqlite ? query_file(file(), statement)
                                     : Connection(address_).query(statement);
}

}  // namespace bitbucket::test
