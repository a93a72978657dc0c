#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <bitbucket/tracking.hpp>

#include "support/daemon.hpp"

namespace bitbucket::test {

/// A PostgreSQL server of our own, in a temporary folder, as an unprivileged user.
class PostgresqlServer {
 public:
  PostgresqlServer();
  ~PostgresqlServer();
  PostgresqlServer(const PostgresqlServer&) = delete;
  PostgresqlServer& operator=(const PostgresqlServer&) = delete;

  /// Returns the server that all tests of this process share; it starts when it is first asked for.
  static PostgresqlServer& shared();

  /// Returns the address of a database.
  [[nodiscard]] std::string address(std::string_view database) const;
  /// Runs a statement outside of transactions, in the database "postgres" or another one.
  void execute(const std::string& statement, std::string_view database = "postgres") const;
  /// Stops the server at once, as a crash would, and starts it again.
  void restart();
  /// Stops the server at once.
  void stop();
  void start();

 private:
  std::filesystem::path folder_;
  std::unique_ptr<test_support::Daemon> daemon_;
};

enum class Product { sqlite, postgresql };

/// An empty database for one test, which is removed at the end.
class TestDatabase {
 public:
  explicit TestDatabase(Product product);
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  /// Returns what TrackingStoreOptions::database takes.
  [[nodiscard]] const std::string& address() const noexcept { return address_; }
  /// Returns the rows of a query through the database's own C library, with "|" between columns
  /// and a line break after each row; NULL is "-".
  [[nodiscard]] std::string query(const std::string& statement) const;
  /// Ends all sessions of a database of PostgreSQL.
  void end_sessions() const;
  [[nodiscard]] Product product() const noexcept { return product_; }
  /// Returns the name of a database of PostgreSQL.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// Returns the file of SQLite.
  [[nodiscard]] std::filesystem::path file() const { return folder_ / "tracking.db"; }

 private:
  Product product_;
  std::string name_, address_;
  std::filesystem::path folder_;
};

/// A test that runs once with each database product:
/// INSTANTIATE_TEST_SUITE_P(Products, MyTest, both_products(), name_of);
class StoreTest : public ::testing::TestWithParam<Product> {
 protected:
  TestDatabase database_{GetParam()};
  [[nodiscard]] std::shared_ptr<TrackingStore> open(TrackingStoreOptions options = {}) const {
    options.database = database_.address();
    return std::make_shared<TrackingStore>(std::move(options));
  }
};

inline std::string name_of(const ::testing::TestParamInfo<Product>& info) {
  return info.param == Product::sqlite ? "Sqlite" : "Postgresql";
}

/// Both products, for INSTANTIATE_TEST_SUITE_P.
inline auto both_products() { return ::testing::Values(Product::sqlite, Product::postgresql); }

}  // namespace bitbucket::test
