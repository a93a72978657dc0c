#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

#include "tracking/database.hpp"
#include "tracking/databases.hpp"
#include "tracking/failures.hpp"

namespace bitbucket::test {
namespace {

using namespace std::chrono_literals;
using tracking::Database;
using tracking::Session;
using Reason = StoreError::Reason;

/// Expects that a call fails for a reason, and that the text of the error has some words.
void expect_failure(const std::function<void()>& call, Reason reason, std::string_view words) {
  const StoreError error = failure_of(call);
  EXPECT_EQ(error.reason(), reason) << error.what();
  EXPECT_NE(std::string_view(error.what()).find(words), std::string::npos) << error.what();
}

class DatabaseFailuresTest : public StoreTest {
 protected:
  [[nodiscard]] TrackingStoreOptions options(std::chrono::milliseconds timeout = 50ms) const {
    return {.database = database_.address(), .lock_timeout = timeout};
  }
  static void insert(Session& session) {
    session.execute("INSERT INTO authors (email) VALUES ('a@example.com')");
  }
  static void insert_into(Database& database) { database.write("release 1.2", insert); }
  [[nodiscard]] std::string authors() const {
    return database_.query("SELECT count(*) FROM authors");
  }
  /// Holds the lock of a writer while `meanwhile` runs, in another connection.
  void while_another_writes(const std::function<void()>& meanwhile) const {
    Database other(options());
    other.write("release 1.2", [&](Session& session) {
      session.execute("INSERT INTO authors (email) VALUES ('b@example.com')");
      meanwhile();
    });
  }
};
INSTANTIATE_TEST_SUITE_P(Products, DatabaseFailuresTest, both_products(), name_of);

TEST_P(DatabaseFailuresTest, SaysWhoHoldsALock) {
  Database database(options());
  while_another_writes([&] {
    const bool sqlite = GetParam() == Product::sqlite;
    expect_failure([&] { insert_into(database); }, Reason::locked, "storing release 1.2");
    expect_failure([&] { insert_into(database); }, Reason::locked,
                   sqlite ? "another thread of this process holds the lock"
                          : "(bitbucket-tracking) of user tester holds the lock");
  });
  EXPECT_EQ(authors(), "1\n");
  insert_into(database);
  EXPECT_EQ(authors(), "2\n");
}

TEST_P(DatabaseFailuresTest, SaysWhoWritesWithoutTakingTurns) {
  Database database(options());
  Database other(options());
  other.write("release 7", [&](Session& session) {
    insert(session);
    expect_failure([&] { insert_into(database); }, Reason::locked, "holds the lock");
  });
}

TEST_P(DatabaseFailuresTest, ReadsAndOpensWhileAnotherWrites) {
  open();
  while_another_writes([&] { EXPECT_TRUE(open()->repositories->list().empty()); });
}

TEST_P(DatabaseFailuresTest, StoresNothingWhenTheWorkFails) {
  Database database(options());
  EXPECT_THROW(database.write("release 1.2",
                              [&](Session& session) {
                                insert(session);
                                throw std::runtime_error("mine");
                              }),
               std::runtime_error);
  expect_failure(
      [&] {
        database.write("release 1.2", [](Session& session) {
          insert(session);
          insert(session);
        });
      },
      Reason::other, "authors");
  EXPECT_EQ(authors(), "0\n");
  insert_into(database);
}

TEST_P(DatabaseFailuresTest, ShowsNoValuesOfAStatement) {
  Database database(options());
  const std::string secret = "hidden";
  const StoreError error = failure_of([&] {
    database.write("release 1.2", [&](Session& session) {
      session.sql() << "INSERT INTO repositories (name, webhook_secret) VALUES ('', :secret)",
          soci::use(secret);
    });
  });
  EXPECT_EQ(std::string_view(error.what()).find("hidden"), std::string::npos) << error.what();
  EXPECT_NE(std::string_view(error.what()).find("project"), std::string::npos) << error.what();
}

TEST_P(DatabaseFailuresTest, PassesOnWhatAnObserverThrows) {
  std::string fails_at = "-";
  TrackingStoreOptions watched = options();
  watched.connections = 1;
  watched.on_statement = [&](std::string_view statement) {
    if (statement.starts_with(fails_at)) throw std::runtime_error("mine");
  };
  Database database(watched);
  for (const char* statement : {"BEGIN", "INSERT", "COMMIT", "SET", "PRAGMA sync"}) {
    fails_at = statement;
    try {
      insert_into(database);
      database_.query("DELETE FROM authors");
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "mine");
    }
    EXPECT_EQ(authors(), "0\n") << statement;
  }
  fails_at = "-";
  insert_into(database);
}

TEST_P(DatabaseFailuresTest, BoundsTheWaitForAConnection) {
  TrackingStoreOptions one = options();
  one.connections = 1;
  Database database(one);
  database.read([&](Session&) {
    expect_failure([&] { insert_into(database); }, Reason::locked,
                   "TrackingStoreOptions::connections");
  });
  insert_into(database);
}

TEST_P(DatabaseFailuresTest, RefusesOptionsThatCannotWork) {
  TrackingStoreOptions none = options(), negative = options(-1ms), half = options();
  none.connections = 0;
  half.sealer.seal = [](const Secret&) { return std::string(); };
  EXPECT_THROW(Database{none}, InvalidArgument);
  EXPECT_THROW(Database{negative}, InvalidArgument);
  EXPECT_THROW(Database{half}, InvalidArgument);
  Database longest(options(std::chrono::milliseconds::max()));
  insert_into(longest);
}

TEST_P(DatabaseFailuresTest, SharesConnectionsAmongManyThreads) {
  TrackingStoreOptions two = options(60s);
  two.connections = 2;
  Database database(two);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      for (int k = 0; k < 5; ++k) {
        const std::string email = std::to_string(i * 100 + k);
        database.write(i % 2 ? "release 1.2" : "", [&](Session& session) {
          session.sql() << "INSERT INTO authors (email) VALUES (:email)", soci::use(email);
        });
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(authors(), "40\n");
}

}  // namespace
}  // namespace bitbucket::test
