// CommitStore: the commits of pushes, and reading.
#include <stdexcept>
#include <string>
#include <vector>

#include "tracking/commit_inputs.hpp"
#include "tracking/databases.hpp"

namespace bitbucket::test {
namespace {

class CommitStoreTest : public StoreTest {
 protected:
  CommitStoreTest() { store_->repositories->add(attached("1", "PRJ/demo")); }

  [[nodiscard]] AddedCommits add(std::vector<CommitInput> commits) const {
    return store_->commits.add(each_of(std::move(commits)));
  }
  static CommitInput commit(std::string id) { return {.external_id = "1", .id = std::move(id)}; }
  const std::shared_ptr<TrackingStore> store_ = open();
};
INSTANTIATE_TEST_SUITE_P(Products, CommitStoreTest, both_products(), name_of);

TEST_P(CommitStoreTest, AddsOnlyFilesToStoredCommits) {
  CommitInput first = commit("a"), again = commit("a");
  first.message = "first";
  again.message = "again";
  again.author_email = "a@x";
  again.files = {{{"f", FileChangeType::added}}};
  EXPECT_EQ(add({first, again}), (AddedCommits{1, 1}));
  EXPECT_EQ(add({again, commit("b")}), (AddedCommits{2, 1}));
  EXPECT_EQ(
      database_.query("SELECT hash, message, author_id, has_files FROM commits ORDER BY hash"),
      "a|first|-|1\nb|-|-|0\n");
  EXPECT_EQ(database_.query("SELECT path FROM file_changes"), "f\n");
}

TEST_P(CommitStoreTest, ACommitOfAPushHasNoAuthorWithoutAUsableAddress) {
  CommitInput named = commit("a"), longer = commit("b"), longest = commit("c");
  named.author_name = "Ann";
  longest.author_email = std::string(75, 'E');
  longer.author_email = std::string(76, 'E');
  (void)add({named, longer, longest});
  EXPECT_EQ(database_.query("SELECT hash, email FROM commits LEFT JOIN authors "
                            "ON authors.id = author_id ORDER BY hash"),
            "a|-\nb|-\nc|" + std::string(75, 'e') + "\n");
}

TEST_P(CommitStoreTest, APushDoesNotRenameAuthors) {
  CommitInput ann = commit("a"), bob = commit("b");
  ann.author_email = bob.author_email = "a@x";
  ann.author_name = "Ann";
  bob.author_name = "Bob";
  (void)add({ann});
  (void)add({bob});
  EXPECT_EQ(database_.query("SELECT email, name FROM authors"), "a@x|Ann\n");
}

TEST_P(CommitStoreTest, FindsACommit) {
  CommitInput full = commit(std::string(40, 'a'));
  full.message = "title\nbody";
  full.author_name = "Ann";
  full.author_email = "a@x";
  full.timestamp = at(1576763816000);
  full.files.emplace();
  (void)add({full, commit("bare")});
  const auto found = store_->commits.find("1", full.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, (StoredCommit{"PRJ/demo", full.id, "title\nbody", CommitAuthor{"Ann", "a@x"},
                                  at(1576763816000), true}));
  EXPECT_EQ(found->title(), "title");
  EXPECT_EQ(found->short_id(), "aaaaaaa");
  const auto bare = store_->commits.find("1", "bare");
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->message, "");
  EXPECT_FALSE(bare->author);
  EXPECT_EQ(bare->short_id(), "bare");
  EXPECT_FALSE(store_->commits.find("1", "other"));
  EXPECT_FALSE(store_->commits.find("2", "bare"));
  EXPECT_FALSE(store_->commits.find("1", std::string("bare\0", 5)));
}

TEST_P(CommitStoreTest, ReturnsTheFilesOfACommitSortedByBytes) {
  CommitInput with = commit("with"), empty = commit("empty");
  with.files = {{{"b", FileChangeType::deleted},
                 {"\u00e4", FileChangeType::modified},
                 {"B", FileChangeType::added}}};
  empty.files.emplace();
  (void)add({with, empty, commit("without")});
  EXPECT_EQ(store_->commits.files("1", "with"),
            (std::vector<FileChange>{{"B", FileChangeType::added},
                                     {"b", FileChangeType::deleted},
                                     {"\u00e4", FileChangeType::modified}}));
  EXPECT_EQ(store_->commits.files("1", "empty"), std::vector<FileChange>{});
  EXPECT_FALSE(store_->commits.files("1", "without"));
  EXPECT_FALSE(store_->commits.files("1", "other"));
  EXPECT_EQ(store_->commits.without_files("1", {"x", "with", "without", "empty"}),
            (std::vector<std::string>{"x", "without"}));
}

TEST_P(CommitStoreTest, KnowsManyCommits) {
  std::vector<CommitInput> commits;
  std::vector<std::string> ids, odd;
  for (int i = 1000; i < 2200; ++i) {
    ids.push_back(std::to_string(i));
    commits.push_back(commit(ids.back()));
    commits.back().message.emplace();
    if (i % 2 == 0)
      commits.back().files.emplace();
    else
      odd.push_back(ids.back());
  }
  EXPECT_EQ(add(commits), (AddedCommits{1200, 1200}));
  EXPECT_EQ(store_->commits.count("1"), 1200);
  EXPECT_EQ(store_->commits.count("2"), 0);
  std::vector<std::string> visited;
  store_->commits.visit_ids("1", [&](std::string_view id) { visited.emplace_back(id); });
  EXPECT_EQ(visited, ids);
  EXPECT_EQ(store_->commits.without_files("1", ids), odd);
}

TEST_P(CommitStoreTest, CommitsThatAreKnownOnlyByTheirIdDoNotCount) {
  CommitInput known = commit("known");
  known.message = "";
  (void)add({known});
  store_->releases.set_heads({.version = "1"}, {{"PRJ/demo", "merge"}});
  EXPECT_EQ(database_.query("SELECT count(*) FROM commits"), "2\n");
  ASSERT_EQ(store_->commits.unreleased("1").size(), 1u);
  EXPECT_EQ(store_->commits.unreleased("1").at(0).id, "known");
  EXPECT_EQ(store_->commits.count("1"), 1);
  store_->commits.visit_ids("1", [](std::string_view id) { EXPECT_EQ(id, "known"); });
}

TEST_P(CommitStoreTest, ListsUnreleasedCommitsTheNewestFirst) {
  CommitInput old = commit("old"), middle = commit("middle"), newest = commit("new");
  old.message = "x";
  old.timestamp = at(1);
  newest.message = "title";
  newest.timestamp = at(3);
  newest.author_email = "a@x";
  newest.author_name = "Ann";
  newest.files.emplace();
  middle.timestamp = at(2);
  (void)add({old, newest});
  store_->releases.set_commits({.version = "1"}, each_of({middle}));
  const auto found = store_->commits.unreleased("1");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0],
            (StoredCommit{"PRJ/demo", "new", "title", CommitAuthor{"Ann", "a@x"}, at(3), true}));
  EXPECT_EQ(found[1].id, "old");
  EXPECT_EQ(store_->commits.unreleased("1", 1).size(), 1u);
  EXPECT_TRUE(store_->commits.unreleased("1", 0).empty());
  EXPECT_TRUE(store_->commits.unreleased("\xff").empty());
}

TEST_P(CommitStoreTest, ADetachedRepositoryKeepsItsCommits) {
  CommitInput one = commit("a");
  one.message = "m";
  one.files = {{{"f", FileChangeType::added}}};
  (void)add({one});
  store_->repositories->remove(attached("1", "PRJ/demo"));
  EXPECT_TRUE(store_->commits.find("1", "a"));
  EXPECT_EQ(store_->commits.files("1", "a").value().size(), 1u);
  EXPECT_TRUE(store_->commits.without_files("1", {"a"}).empty());
  EXPECT_EQ(store_->commits.unreleased("1").size(), 1u);
  EXPECT_EQ(store_->commits.count("1"), 1);
  int visited = 0;
  store_->commits.visit_ids("1", [&](std::string_view) { ++visited; });
  EXPECT_EQ(visited, 1);
}

TEST_P(CommitStoreTest, ReadsARelease) {
  CommitInput one = commit("a"), two = commit("b"), three = commit("c");
  one.message = "m1";
  one.author_email = "z@x";
  one.files = {{{"y", FileChangeType::added}, {"x", FileChangeType::deleted}}};
  two.author_email = "a@x";
  three.message = "m3";
  three.author_email = "z@x";
  three.files = {{{"w", FileChangeType::modified}}};
  store_->releases.set_commits({.version = "1.0"}, each_of({three, two, one}));
  std::string commits, files, authors;
  store_->releases.visit_commits(
      "1.0", [&](const StoredCommit& c) { commits += c.id + c.repository + c.message + "\n"; });
  EXPECT_EQ(commits, "cPRJ/demom3\nbPRJ/demo\naPRJ/demom1\n");
  store_->releases.visit_files("1.0", [&](const StoredCommit& c, const FileChange& file) {
    files += c.id + c.message + file.path + static_cast<char>(file.type) + "\n";
  });
  EXPECT_EQ(files, "cm3wM\nam1xD\nam1yA\n");
  for (const CommitAuthor& author : store_->releases.authors("1.0")) authors += author.email + " ";
  EXPECT_EQ(authors, "a@x z@x ");
  store_->releases.visit_commits("2.0", [](const StoredCommit&) { FAIL(); });
}

TEST_P(CommitStoreTest, AReaderMayStopByThrowing) {
  std::vector<CommitInput> commits;
  for (int i = 0; i < 100; ++i) commits.push_back(commit(std::to_string(i)));
  store_->releases.set_commits({.version = "1.0"}, each_of(commits));
  int seen = 0;
  EXPECT_THROW(store_->releases.visit_commits("1.0",
                                              [&](const StoredCommit&) {
                                                if (++seen == 2) throw std::range_error("enough");
                                              }),
               std::range_error);
  EXPECT_TRUE(store_->commits.find("1", "99"));
}

}  // namespace
}  // namespace bitbucket::test
