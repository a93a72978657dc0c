#include <string>

#include "tracking/databases.hpp"
#include "tracking/rows.hpp"
#include "tracking/session.hpp"

namespace bitbucket::test {
namespace {

using tracking::Rows;
using tracking::Session;

class SessionTest : public StoreTest {
 protected:
  void SetUp() override { session_.execute("CREATE TABLE numbers (number BIGINT UNIQUE)"); }
  [[nodiscard]] std::string numbers() const {
    return database_.query("SELECT number FROM numbers ORDER BY number");
  }

 private:
  const tracking::Address address_ = tracking::parse_address(database_.address());
  const TrackingStoreOptions options_{.database = database_.address()};

 protected:
  Session session_{address_, options_, Session::Create::yes};
};
INSTANTIATE_TEST_SUITE_P(Products, SessionTest, both_products(), name_of);

TEST_P(SessionTest, StatementsThatAreSentRunInOrder) {
  session_.send("INSERT INTO numbers (number) VALUES ($1)", {1LL});
  session_.send("INSERT INTO numbers (number) SELECT number + 1 FROM numbers");
  EXPECT_EQ(session_.number("SELECT count(*) FROM numbers"), 2);
  session_.send("INSERT INTO numbers (number) VALUES ($1)", {7LL});
  EXPECT_EQ(session_.run("DELETE FROM numbers WHERE number < $1", {7LL}), 2);
  session_.send("INSERT INTO numbers (number) VALUES ($1)", {8LL});
  session_.execute("UPDATE numbers SET number = 9 WHERE number = 8");
  EXPECT_EQ(numbers(), "7\n9\n");
}

TEST_P(SessionTest, AStatementThatFailsUndoesThoseThatWereSentWithIt) {
  session_.send("BEGIN");
  session_.send("INSERT INTO numbers (number) VALUES ($1)", {1LL});
  EXPECT_THROW(
      {
        session_.send("INSERT INTO numbers (number) VALUES ($1)", {1LL});
        session_.run("INSERT INTO numbers (number) VALUES ($1)", {2LL});
      },
      soci::soci_error);
  session_.execute("ROLLBACK");
  EXPECT_EQ(numbers(), "");
  session_.send("INSERT INTO numbers (number) VALUES ($1)", {3LL});
  EXPECT_EQ(session_.number("SELECT number FROM numbers"), 3);
}

TEST_P(SessionTest, AStatementThatFailsWhileTheNextOneIsPreparedHarmsNoOther) {
  session_.send("BEGIN");
  session_.send("INSERT INTO numbers (number) VALUES ($1)", {1LL});
  EXPECT_THROW(
      {
        session_.send("INSERT INTO numbers (number) VALUES ($1)", {1LL});
        session_.send("DELETE FROM numbers WHERE number = $1", {5LL});
      },
      soci::soci_error);
  session_.execute("ROLLBACK");
  session_.run("INSERT INTO numbers (number) VALUES ($1 + 1)", {1LL});
  EXPECT_EQ(session_.run("DELETE FROM numbers WHERE number = $1", {5LL}), 0);
  EXPECT_EQ(numbers(), "2\n");
}

TEST_P(SessionTest, AStatementAfterRowsReturnsItsFirstRow) {
  for (const long long number : {1, 2, 3})
    session_.send("INSERT INTO numbers (number) VALUES ($1)", {number});
  const std::string smallest = "SELECT number FROM numbers ORDER BY number";
  EXPECT_EQ(session_.number(smallest), 1);
  {
    Rows rows(session_, "SELECT number FROM numbers", {});
    while (rows.next()) {
    }
  }
  EXPECT_EQ(session_.number(smallest), 1);
}

}  // namespace
}  // namespace bitbucket::test
