// Releases, their order and their heads.
#include <gmock/gmock.h>

#include <bitbucket/error.hpp>

#include "tracking/databases.hpp"

namespace bitbucket::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Timestamp hour(int number) { return Timestamp(std::chrono::hours(number)); }

class ReleaseStoreTest : public StoreTest {
 protected:
  ReleaseStoreTest() {
    for (const char* id : {"1", "2"})
      store_->repositories->add({.external_id = id,
                                 .name = std::string("PRJ/") + id,
                                 .repo = {"PRJ", id},
                                 .url = "https://x"});
  }
  void add(const std::string& version, int added, const std::vector<ReleaseHead>& heads,
           std::optional<Timestamp> released = {}) const {
    store_->releases.set_heads(
        {.version = version, .date_added = hour(added), .date_released = released}, heads);
  }
  [[nodiscard]] std::vector<std::string> versions(ReleaseOrder order,
                                                  std::size_t limit = 1000) const {
    std::vector<std::string> out;
    for (const StoredRelease& release : store_->releases.list(order, limit))
      out.push_back(release.version);
    return out;
  }
  [[nodiscard]] std::string before(std::string_view version, std::string_view repository = {},
                                   ReleaseOrder order = ReleaseOrder::date) const {
    const auto found = store_->releases.previous(version, repository, order);
    return found ? found->version : "none";
  }
  std::shared_ptr<TrackingStore> store_ = open();
};
INSTANTIATE_TEST_SUITE_P(Products, ReleaseStoreTest, both_products(), name_of);

TEST_P(ReleaseStoreTest, CreatesAReleaseOnceAndSetsItsDateLater) {
  const auto first = store_->releases.create({.version = "1.0", .date_added = hour(1)});
  EXPECT_EQ(first.date(), hour(1));
  const auto again =
      store_->releases.create({.version = "1.0", .date_added = hour(5), .date_released = hour(7)});
  EXPECT_EQ(again.date_added, hour(1));
  EXPECT_EQ(again.date(), hour(7));
  EXPECT_EQ(store_->releases.create({.version = "1.0"}), again);
  EXPECT_EQ(store_->releases.find("1.0"), again);
  EXPECT_EQ(database_.query("SELECT version, date_added, date_released FROM releases"),
            "1.0|3600000|25200000\n");
  EXPECT_FALSE(store_->releases.find("2.0"));
  EXPECT_FALSE(store_->releases.find(std::string_view("1\0", 2)));
  EXPECT_THROW(store_->releases.create({.version = "latest"}), InvalidArgument);
}

TEST_P(ReleaseStoreTest, OrdersByDateAndBySemanticVersion) {
  add("1.10.0", 1, {});
  add("1.9.0", 2, {});
  add("nightly", 9, {});
  add("1.2.0", 3, {}, hour(8));
  add("weekly", 9, {});
  EXPECT_THAT(versions(ReleaseOrder::date),
              ElementsAre("weekly", "nightly", "1.2.0", "1.9.0", "1.10.0"));
  EXPECT_THAT(versions(ReleaseOrder::semantic),
              ElementsAre("1.10.0", "1.9.0", "1.2.0", "weekly", "nightly"));
  EXPECT_THAT(versions(ReleaseOrder::date, 2), ElementsAre("weekly", "nightly"));
  EXPECT_THAT(versions(ReleaseOrder::semantic, 1), ElementsAre("1.10.0"));
  EXPECT_THAT(versions(ReleaseOrder::date, 0), IsEmpty());
}

TEST_P(ReleaseStoreTest, ThePreviousReleaseComesStrictlyBefore) {
  add("1.0.0", 1, {{"PRJ/1", "a"}});
  add("1.1.0", 2, {{"PRJ/1", "b"}, {"PRJ/2", "c"}});
  add("2.0.0", 2, {{"PRJ/1", "d"}});  // created later, so newer
  add("1.2.0", 4, {{"PRJ/1", "e"}});
  add("3.0.0", 9, {});
  EXPECT_EQ(before("1.0.0"), "none");
  EXPECT_EQ(before("1.1.0"), "1.0.0");
  EXPECT_EQ(before("2.0.0"), "1.1.0");
  EXPECT_EQ(before("1.2.0"), "2.0.0");
  EXPECT_EQ(before("1.2.0", "PRJ/2"), "1.1.0");
  EXPECT_EQ(before("3.0.0"), "none");  // it shares no repository
  EXPECT_EQ(before("3.0.0", "PRJ/1"), "1.2.0");
  EXPECT_EQ(before("1.2.0", "PRJ/1", ReleaseOrder::semantic), "1.1.0");
  EXPECT_EQ(before("1.0.0", "PRJ/1", ReleaseOrder::semantic), "none");
  EXPECT_EQ(before("3.0.0", "PRJ/no"), "none");
  EXPECT_EQ(before("4.0.0", "PRJ/1"), "none");
}

TEST_P(ReleaseStoreTest, AReleaseThatDoesNotExistYetHasAPreviousOne) {
  add("1.0.0", 1, {{"PRJ/1", "a"}});
  add("1.1.0", 5, {{"PRJ/1", "b"}});
  const auto previous = [&](const NewRelease& release) {
    return store_->releases.previous(release, "PRJ/1").value().version;
  };
  EXPECT_EQ(previous({.version = "9"}), "1.1.0");
  EXPECT_EQ(previous({.version = "9", .date_added = hour(5)}), "1.1.0");
  EXPECT_EQ(previous({.version = "9", .date_added = hour(4)}), "1.0.0");
  EXPECT_EQ(previous({.version = "9", .date_added = hour(7), .date_released = hour(2)}), "1.0.0");
  EXPECT_FALSE(store_->releases.previous({.version = "1.1.0", .date_released = hour(1)}, "PRJ/2"));
}

TEST_P(ReleaseStoreTest, KeepsTheLastHeadOfEachRepository) {
  add("1", 1, {{"PRJ/2", "a"}, {"PRJ/1", "b"}, {"PRJ/2", "c"}});
  add("1", 1, {{"PRJ/1", "d"}});
  EXPECT_THAT(store_->releases.heads("1"),
              ElementsAre(ReleaseHead{"PRJ/1", "d", "1"}, ReleaseHead{"PRJ/2", "c", "2"}));
  EXPECT_THAT(store_->releases.heads("2"), IsEmpty());
  EXPECT_EQ(database_.query("SELECT hash FROM commits ORDER BY hash"), "b\nc\nd\n");
}

TEST_P(ReleaseStoreTest, NamesAllRepositoriesThatAreNotStoredAndWritesNothing) {
  try {
    add("1", 1, {{"PRJ/x", "a"}, {"PRJ/1", "b"}, {"PRJ/y", "c"}, {"PRJ/x", "d"}});
    FAIL();
  } catch (const InvalidArgument& error) {
    EXPECT_THAT(error.what(), HasSubstr("PRJ/x, PRJ/y;"));
  }
  EXPECT_THROW(add("1", 1, {{"PRJ/1", ""}}), InvalidArgument);
  EXPECT_THROW(add("1", 1, {{"PRJ/1", std::string(65, 'a')}}), InvalidArgument);
  EXPECT_EQ(database_.query("SELECT (SELECT count(*) FROM releases), "
                            "(SELECT count(*) FROM commits)"),
            "0|0\n");
}

}  // namespace
}  // namespace bitbucket::test
