#include "tracking/databases.hpp"

namespace bitbucket::test {
namespace {

class TrackingStoreTest : public StoreTest {};
INSTANTIATE_TEST_SUITE_P(Products, TrackingStoreTest, both_products(), name_of);

TEST_P(TrackingStoreTest, AppliesEachMigrationOnce) {
  const auto first = open(), second = open();
  EXPECT_EQ(database_.query("SELECT version FROM schema_version"), "1\n");
}

}  // namespace
}  // namespace bitbucket::test
