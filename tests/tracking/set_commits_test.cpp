// ReleaseStore::set_commits, line by line.
#include <string>
#include <vector>

#include "tracking/commit_inputs.hpp"
#include "tracking/databases.hpp"

namespace bitbucket::test {
namespace {

class SetCommitsTest : public StoreTest {
 protected:
  StoredRelease set(std::vector<CommitInput> commits, const std::string& version = "1.0") const {
    return store_->releases.set_commits({.version = version}, each_of(std::move(commits)));
  }
  [[nodiscard]] std::string commits_of(const std::string& version = "1.0") const {
    return database_.query(
        "SELECT hash FROM release_commits JOIN commits ON commits.id = commit_id "
        "JOIN releases ON releases.id = release_id WHERE version = '" +
        version + "' ORDER BY position");
  }
  [[nodiscard]] std::string authors() const {
    return database_.query("SELECT email, name FROM authors ORDER BY email");
  }
  const std::shared_ptr<TrackingStore> store_ = open();
};
INSTANTIATE_TEST_SUITE_P(Products, SetCommitsTest, both_products(), name_of);

TEST_P(SetCommitsTest, StoresARelease) {
  const StoredRelease release = set({
      {.repository = "PRJ/demo",
       .id = "b",
       .message = "second\n\nbody",
       .author_name = "Ann",
       .author_email = "Ann@Example.com",
       .timestamp = at(2000),
       .files = {{{"x.cpp", FileChangeType::added}, {"y.cpp", FileChangeType::deleted}}}},
      {.repository = "PRJ/demo", .id = "a", .message = "first", .timestamp = at(1000)},
  });
  EXPECT_EQ(release.version, "1.0");
  EXPECT_EQ(release.commit_count, 2);
  EXPECT_EQ(release.author_count, 1);
  EXPECT_EQ(release.last_commit, "b");
  EXPECT_EQ(database_.query(
                "SELECT hash, message, date_added, has_files FROM commits ORDER BY date_added"),
            "a|first|1000|0\nb|second\n\nbody|2000|1\n");
  EXPECT_EQ(commits_of(), "b\na\n");
  EXPECT_EQ(authors(), "ann@example.com|Ann\n");
  EXPECT_EQ(database_.query("SELECT path, type FROM file_changes ORDER BY path"),
            "x.cpp|A\ny.cpp|D\n");
  EXPECT_EQ(database_.query("SELECT name, attached FROM repositories"), "PRJ/demo|0\n");
}

}  // namespace
}  // namespace bitbucket::test
