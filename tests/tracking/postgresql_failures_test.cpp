#include <atomic>
#include <latch>
#include <string>
#include <thread>
#include <utility>

#include "tracking/commit_inputs.hpp"
#include "tracking/commit_ranges.hpp"
#include "tracking/database.hpp"
#include "tracking/databases.hpp"
#include "tracking/failures.hpp"

namespace bitbucket::test {
namespace {

using namespace std::chrono_literals;
using tracking::Database;
using tracking::Session;
using Reason = StoreError::Reason;

class PostgresqlFailuresTest : public ::testing::Test {
 protected:
  TestDatabase database_{Product::postgresql};
  [[nodiscard]] TrackingStoreOptions options() const {
    return {.database = database_.address(), .lock_timeout = 100ms};
  }
  static void insert(Session& session) {
    session.execute("INSERT INTO authors (email) VALUES ('a@example.com')");
  }
  static void insert_into(Database& database) { database.write("release 1.2", insert); }
  [[nodiscard]] std::string authors() const {
    return database_.query("SELECT count(*) FROM authors");
  }
  [[nodiscard]] static StoreError open(const std::string& address) {
    return failure_of([&] { Database database({.database = address}); });
  }
};

TEST_F(PostgresqlFailuresTest, ReplacesAnIdleConnectionThatBroke) {
  Database database(options());
  PostgresqlServer::shared().restart();
  insert_into(database);
  database_.end_sessions();
  EXPECT_EQ(database.read([](Session& session) {
    long long count = 0;
    session.sql() << "SELECT count(*) FROM authors", soci::into(count);
    return count;
  }),
            1);
  database_.end_sessions();
  int prepared = 0;
  database.write_after(
      "release 1.2",
      [&](Session& session) {
        ++prepared;
        session.execute("CREATE TEMPORARY TABLE new_authors AS SELECT 'b@example.com' AS email");
      },
      [](Session& session) {
        session.execute("INSERT INTO authors (email) SELECT email FROM new_authors");
      });
  EXPECT_EQ(prepared, 2);
  EXPECT_EQ(authors(), "2\n");
}

TEST_F(PostgresqlFailuresTest, StoresNothingWhenTheServerRestartsInATransaction) {
  Database database(options());
  const StoreError error = failure_of([&] {
    database.write("release 1.2", [](Session& session) {
      insert(session);
      PostgresqlServer::shared().restart();
      session.execute("UPDATE authors SET name = 'a'");
    });
  });
  EXPECT_EQ(error.reason(), Reason::unavailable) << error.what();
  EXPECT_TRUE(error.is_retryable());
  EXPECT_EQ(authors(), "0\n");
  insert_into(database);
  EXPECT_EQ(authors(), "1\n");
}

TEST_F(PostgresqlFailuresTest, StoresNothingWhenItsSessionIsEnded) {
  Database database(options());
  const StoreError error = failure_of([&] {
    database.write("release 1.2", [&](Session& session) {
      insert(session);
      database_.end_sessions();
    });
  });
  EXPECT_EQ(error.reason(), Reason::unavailable) << error.what();
  insert_into(database);
  EXPECT_EQ(authors(), "1\n");
}

TEST_F(PostgresqlFailuresTest, ASessionThatEndsBeforeAStatementLeavesNoHalfRelease) {
  int left = 0, failures = 0, releases = 0;
  TrackingStoreOptions watched = options();
  watched.lock_timeout = 10s;
  watched.on_statement = [&](std::string_view) {
    if (--left == 0) database_.end_sessions();
  };
  const auto set = [](const TrackingStore& store, int release) {
    store.releases.set_commits({.version = std::to_string(release)},
                               each_of(range_of(release, release + 10, release)));
  };
  const TrackingStore store(watched);
  for (bool ended = true; ended; ++releases) {
    left = 2 * releases + 1;
    try {
      set(store, releases);
      ended = left <= 0;
    } catch (const StoreError& error) {
      ++failures;
      EXPECT_EQ(error.reason(), Reason::unavailable) << error.what();
      EXPECT_EQ(database_.query("SELECT (SELECT count(*) FROM releases), "
                                "(SELECT count(*) FROM release_commits), "
                                "(SELECT count(*) FROM commits)"),
                std::to_string(releases) + "|" + std::to_string(10 * releases) + "|" +
                    std::to_string(releases == 0 ? 0 : releases + 9) + "\n");
      set(store, releases);
    }
  }
  TestDatabase fresh(Product::postgresql);
  const TrackingStore undisturbed({.database = fresh.address()});
  for (int release = 0; release < releases; ++release) set(undisturbed, release);
  EXPECT_EQ(rows_of_releases(database_), rows_of_releases(fresh));
  EXPECT_GT(failures, 8);
}

TEST_F(PostgresqlFailuresTest, SaysThatTheServerIsGone) {
  Database database(options());
  PostgresqlServer::shared().stop();
  const StoreError error = failure_of([&] { insert_into(database); });
  PostgresqlServer::shared().start();
  EXPECT_EQ(error.reason(), Reason::unavailable) << error.what();
  EXPECT_NE(std::string(error.what()).find("check the address and that the server runs"),
            std::string::npos)
      << error.what();
  insert_into(database);
}

TEST_F(PostgresqlFailuresTest, RunsATransactionAgainThatLostADeadlock) {
  database_.query("ALTER DATABASE " + database_.name() + " SET deadlock_timeout = '20ms'");
  TrackingStoreOptions patient = options();
  patient.lock_timeout = 60s;
  Database database(patient);
  database_.query("INSERT INTO authors (email) VALUES ('a'), ('b')");
  std::latch both(2);
  std::atomic<int> runs = 0;
  const auto update = [&](const std::string& first, const std::string& second) {
    bool again = false;
    database.write("release " + first, [&](Session& session) {
      ++runs;
      session.execute("UPDATE authors SET name = 'x' WHERE email = '" + first + "'");
      if (!std::exchange(again, true)) both.arrive_and_wait();
      session.execute("UPDATE authors SET name = 'x' WHERE email = '" + second + "'");
    });
  };
  std::thread other(update, "b", "a");
  update("a", "b");
  other.join();
  // The one that runs again may be faster than the one that waits, and then both meet again.
  EXPECT_GE(runs, 3);
  EXPECT_EQ(database_.query("SELECT email, name FROM authors ORDER BY 1"), "a|x\nb|x\n");
}

TEST_F(PostgresqlFailuresTest, GivesUpAfterManyDeadlocks) {
  Database database(options());
  int runs = 0;
  const StoreError error = failure_of([&] {
    database.write("release 1.2", [&](Session& session) {
      ++runs;
      insert(session);
      session.execute("DO $$ BEGIN RAISE EXCEPTION 'busy' USING ERRCODE = '40001'; END $$");
    });
  });
  EXPECT_EQ(error.reason(), Reason::locked) << error.what();
  EXPECT_EQ(runs, 5);
  EXPECT_EQ(authors(), "0\n");
}

TEST_F(PostgresqlFailuresTest, RefusesToWriteWhereItMayNot) {
  { const Database migrated(options()); }
  database_.query("ALTER DATABASE " + database_.name() + " SET default_transaction_read_only = on");
  Database database(options());
  const StoreError error = failure_of([&] { insert_into(database); });
  EXPECT_EQ(error.reason(), Reason::read_only) << error.what();
  EXPECT_EQ(authors(), "0\n");
}

TEST_F(PostgresqlFailuresTest, SaysThatThereIsNoSpace) {
  database_.query("ALTER DATABASE " + database_.name() + " SET temp_file_limit = '64kB'");
  Database database(options());
  const StoreError error = failure_of([&] {
    database.write("release 1.2", [](Session& session) {
      insert(session);
      session.execute("SET LOCAL work_mem = '64kB'");
      session.execute(
          "INSERT INTO authors (email) SELECT md5(CAST(n AS TEXT)) AS m"
          " FROM generate_series(1, 20000) AS n ORDER BY m");
    });
  });
  EXPECT_EQ(error.reason(), Reason::full) << error.what();
  EXPECT_EQ(authors(), "0\n");
  insert_into(database);
}

TEST_F(PostgresqlFailuresTest, NamesWhatIsWrongWithAnAddressButNoPassword) {
  const std::string host = database_.address().substr(database_.address().find("host="));
  const std::string name = database_.name();
  for (const std::string& address :
       {"postgresql://nobody:hidden@/" + name + '?' + host,
        "postgresql://tester:hidden@/no_such_database?" + host,
        std::string("postgresql://tester:hidden@/db?host=/no/such/folder"),
        std::string("postgresql://tester:hidden@127.0.0.1:1/db"),
        std::string("postgresql://tester:hidden@host.invalid/db")}) {
    const StoreError error = open(address);
    EXPECT_EQ(error.reason(), Reason::unavailable) << error.what();
    EXPECT_EQ(std::string(error.what()).find("hidden"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("opening the PostgreSQL database"), std::string::npos);
  }
}

TEST_F(PostgresqlFailuresTest, RefusesADatabaseThatCannotStoreEveryText) {
  const std::string name = database_.name() + "_latin1";
  PostgresqlServer::shared().execute("CREATE DATABASE " + name +
                                     " ENCODING 'LATIN1' TEMPLATE template0");
  const StoreError error = open(PostgresqlServer::shared().address(name));
  PostgresqlServer::shared().execute("DROP DATABASE " + name + " WITH (FORCE)");
  EXPECT_NE(std::string(error.what()).find("ENCODING 'UTF8'"), std::string::npos) << error.what();
}

}  // namespace
}  // namespace bitbucket::test
