#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tracking/databases.hpp"
#include "tracking/failures.hpp"
#include "tracking/schema.hpp"

namespace bitbucket::test {
namespace {

using tracking::Migration;

class MigrationsTest : public StoreTest {
 protected:
  const TrackingStoreOptions options_{.database = database_.address()};
  const tracking::Address address_ = tracking::parse_address(options_.database);
  const std::vector<Migration> two_ = {
      {"CREATE TABLE one (id {id}, text TEXT NOT NULL, data {bytes})"},
      {"INSERT INTO one (text) VALUES ('{sqlite:file}{postgresql:server}')",
       "{postgresql:CREATE INDEX by_text ON one (md5(text))}"}};

  void apply(const std::vector<Migration>& migrations) const {
    tracking::Session session(address_, options_, tracking::Session::Create::yes);
    tracking::migrate(session, migrations);
  }
  [[nodiscard]] StoreError refusal(const std::string& statement) const {
    open();
    database_.query(statement);
    try {
      open();
    } catch (const StoreError& error) {
      return error;
    }
    return {StoreError::Reason::other, "nothing was refused"};
  }
};
INSTANTIATE_TEST_SUITE_P(Products, MigrationsTest, both_products(), name_of);

TEST_P(MigrationsTest, AppliesEachOneOnceInOrder) {
  apply({two_[0]});
  EXPECT_EQ(database_.query("SELECT version FROM schema_version"), "1\n");
  apply(two_);
  apply(two_);
  EXPECT_EQ(database_.query("SELECT version FROM schema_version ORDER BY 1"), "1\n2\n");
  EXPECT_EQ(database_.query("SELECT id, text FROM one"),
            GetParam() == Product::sqlite ? "1|file\n" : "1|server\n");
}

TEST_P(MigrationsTest, UndoesOneThatFails) {
  std::vector<Migration> broken = two_;
  broken[1].push_back("INSERT INTO no_such_table VALUES (1)");
  EXPECT_ANY_THROW(apply(broken));
  EXPECT_EQ(database_.query("SELECT version FROM schema_version"), "1\n");
  EXPECT_EQ(database_.query("SELECT count(*) FROM one"), "0\n");
  apply(two_);
  EXPECT_EQ(database_.query("SELECT count(*) FROM one"), "1\n");
}

TEST_P(MigrationsTest, LetsManyOpenANewDatabaseAtOnce) {
  std::vector<std::thread> threads;
  std::vector<std::string> errors(8);
  for (std::string& error : errors)
    threads.emplace_back([&] {
      try {
        apply(two_);
      } catch (const std::exception& thrown) {
        error = thrown.what();
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(errors, std::vector<std::string>(8));
  EXPECT_EQ(database_.query("SELECT version FROM schema_version ORDER BY 1"), "1\n2\n");
  EXPECT_EQ(database_.query("SELECT count(*) FROM one"), "1\n");
}

TEST_P(MigrationsTest, RefusesANewerSchema) {
  const StoreError error = refusal("INSERT INTO schema_version VALUES (2)");
  EXPECT_EQ(error.reason(), StoreError::Reason::newer);
  EXPECT_FALSE(error.is_retryable());
  EXPECT_NE(std::string_view(error.what()).find("install a newer program"), std::string::npos);
}

TEST_P(MigrationsTest, AStoreThatIsOpenRefusesANewerSchemaInNewConnections) {
  const auto store = open();
  database_.query("INSERT INTO schema_version VALUES (2)");
  std::optional<StoreError> refused;
  store->releases.set_commits({.version = "1"}, [&](CommitInput&) {
    refused = failure_of([&] { (void)store->repositories->list(); });
    return false;
  });
  EXPECT_EQ(refused.value().reason(), StoreError::Reason::newer) << refused->what();
}

TEST_P(MigrationsTest, RefusesADamagedTableOfVersions) {
  for (const char* damage :
       {"DELETE FROM schema_version", "INSERT INTO schema_version VALUES (1)",
        "UPDATE schema_version SET version = -1",
        "ALTER TABLE schema_version RENAME COLUMN version TO other", "DROP TABLE schema_version"}) {
    const StoreError error = refusal(damage);
    EXPECT_EQ(error.reason(), StoreError::Reason::damaged) << damage << ": " << error.what();
    database_.query("DROP TABLE IF EXISTS schema_version");
    database_.query("CREATE TABLE schema_version (version BIGINT NOT NULL)");
    database_.query("INSERT INTO schema_version VALUES (1)");
  }
}

TEST_P(MigrationsTest, RefusesTheTablesOfAnotherProgram) {
  database_.query("CREATE TABLE commits (id BIGINT)");
  try {
    open();
    FAIL() << "nothing was refused";
  } catch (const StoreError& error) {
    EXPECT_EQ(error.reason(), StoreError::Reason::damaged) << error.what();
  }
  EXPECT_ANY_THROW(database_.query("SELECT * FROM schema_version"));
}

}  // namespace
}  // namespace bitbucket::test
