// ReleaseStore::set_commits, line by line.
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tracking/commit_inputs.hpp"
#include "tracking/commit_ranges.hpp"
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
    return database_.query("SELECT email, name FROM authors ORDER BY id");
  }
  [[nodiscard]] std::string heads() const { return rows_of_heads(database_); }
  [[nodiscard]] std::string everything() const { return rows_of_releases(database_); }
  void expect_refused(const CommitInput& commit, const std::string& part) const {
    try {
      set({{.repository = "PRJ/demo", .id = "good"}, commit});
      FAIL() << "accepted: " << part;
    } catch (const InvalidArgument& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
    EXPECT_EQ(database_.query("SELECT count(*) FROM commits"), "0\n");
    EXPECT_EQ(database_.query("SELECT count(*) FROM releases"), "0\n");
    EXPECT_EQ(database_.query("SELECT count(*) FROM repositories"), "0\n");
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

TEST_P(SetCommitsTest, SortsByTimeAndKeepsThePlaceOfEqualTimes) {
  set({{.repository = "r", .id = "none1"},
       {.repository = "r", .id = "old", .timestamp = at(5)},
       {.repository = "r", .id = "new1", .timestamp = at(9)},
       {.repository = "r", .id = "none2"},
       {.repository = "r", .id = "before1970", .timestamp = at(-5)},
       {.repository = "r", .id = "new2", .timestamp = at(9)}});
  EXPECT_EQ(commits_of(), "new1\nnew2\nold\nnone1\nnone2\nbefore1970\n");
}

TEST_P(SetCommitsTest, WithoutTimesTheFirstIsTheNewest) {
  EXPECT_EQ(set({{.repository = "r", .id = "c1"}, {.repository = "r", .id = "c2"}}).last_commit,
            "c1");
  EXPECT_EQ(commits_of(), "c1\nc2\n");
}

TEST_P(SetCommitsTest, CountsWhatIsStoredAndKeepsTheNewestOfTwo) {
  const auto release = set({{.repository = "r", .id = "a", .message = "older", .timestamp = at(1)},
                            {.repository = "r", .id = "b", .timestamp = at(2)},
                            {.repository = "r", .id = "a", .message = "newer", .timestamp = at(3)},
                            {.repository = "r", .id = "b", .timestamp = at(2)}});
  EXPECT_EQ(release.commit_count, 2);
  EXPECT_EQ(commits_of(), "a\nb\n");
  EXPECT_EQ(database_.query("SELECT message FROM commits WHERE hash = 'a'"), "newer\n");
}

TEST_P(SetCommitsTest, ReplacesTheCommitsOfARelease) {
  set({{.repository = "r", .id = "a"}, {.repository = "r", .id = "b"}});
  const auto release = set({{.repository = "r", .id = "c"}, {.repository = "r", .id = "a"}});
  EXPECT_EQ(release.commit_count, 2);
  EXPECT_EQ(commits_of(), "c\na\n");
  const auto empty = set({});
  EXPECT_EQ(empty.commit_count, 0);
  EXPECT_EQ(empty.last_commit, "");
  EXPECT_EQ(commits_of(), "");
  EXPECT_EQ(database_.query("SELECT count(*) FROM commits"), "3\n");
}

TEST_P(SetCommitsTest, ASecondRunLeavesTheSameRows) {
  const std::vector<CommitInput> commits = {
      {.repository = "r",
       .id = "b",
       .message = "m",
       .author_name = "Ann",
       .author_email = "a@x",
       .timestamp = at(7),
       .files = {{{"f", FileChangeType::modified}}}},
      {.repository = "r", .id = "a", .message = "n", .timestamp = at(6)}};
  const StoredRelease first = set(commits);
  const std::string rows = everything();
  EXPECT_EQ(set(commits), first);
  EXPECT_EQ(everything(), rows);
}

TEST_P(SetCommitsTest, ABareCommitKeepsWhatIsStored) {
  set({{.repository = "r",
        .id = "a",
        .message = "m",
        .author_name = "Ann",
        .author_email = "a@x",
        .timestamp = at(7),
        .files = {{{"f", FileChangeType::modified}}}}});
  const auto release = set({{.repository = "r", .id = "a"}}, "2.0");
  EXPECT_EQ(release.author_count, 1);  // the stored author
  EXPECT_EQ(database_.query("SELECT message, email, commits.date_added, has_files FROM commits "
                            "JOIN authors ON authors.id = author_id"),
            "m|a@x|7|1\n");
  EXPECT_EQ(database_.query("SELECT path FROM file_changes"), "f\n");
}

TEST_P(SetCommitsTest, UpdatesWhatIsGiven) {
  set({{.repository = "r", .id = "a", .message = "m", .timestamp = at(7)}});
  set({{.repository = "r", .id = "a", .author_name = "Ann", .author_email = "a@x"}});
  set({{.repository = "r", .id = "a", .message = ""}});
  EXPECT_EQ(database_.query("SELECT message, email, commits.date_added FROM commits "
                            "JOIN authors ON authors.id = author_id"),
            "|a@x|7\n");
}

TEST_P(SetCommitsTest, StoredFilesNeverChange) {
  set({{.repository = "r", .id = "a"}});
  EXPECT_EQ(database_.query("SELECT has_files FROM commits"), "0\n");
  set({{.repository = "r", .id = "a", .files = {{{"f", FileChangeType::added}}}}});
  set({{.repository = "r", .id = "a", .files = {{{"g", FileChangeType::added}}}}});
  EXPECT_EQ(database_.query("SELECT path FROM file_changes"), "f\n");
  set({{.repository = "r", .id = "b", .files = std::vector<FileChange>{}}});
  EXPECT_EQ(database_.query("SELECT has_files FROM commits WHERE hash = 'b'"), "1\n");
}

TEST_P(SetCommitsTest, TheFirstChangeOfAPathCounts) {
  set({{.repository = "r",
        .id = "a",
        .files = {{{"f", FileChangeType::deleted}, {"f", FileChangeType::added}}}}});
  EXPECT_EQ(database_.query("SELECT path, type FROM file_changes"), "f|D\n");
}

TEST_P(SetCommitsTest, TheNewestCommitOfARepositoryIsItsHeadUnlessThereIsOne) {
  set({{.repository = "r", .id = "a1", .timestamp = at(1)},
       {.repository = "s", .id = "b1", .timestamp = at(3)},
       {.repository = "r", .id = "a2", .timestamp = at(2)}});
  EXPECT_EQ(heads(), "r|a2\ns|b1\n");
  set({{.repository = "r", .id = "a3", .timestamp = at(9)}});
  EXPECT_EQ(heads(), "r|a2\ns|b1\n");
}

TEST_P(SetCommitsTest, AddressesInAnyCaseAreOneAuthor) {
  const auto release = set({{.repository = "r", .id = "a", .author_email = "Foo@Example.com"},
                            {.repository = "r", .id = "b", .author_email = "foo@example.com"}});
  EXPECT_EQ(release.author_count, 1);
  EXPECT_EQ(authors(), "foo@example.com|-\n");
}

TEST_P(SetCommitsTest, AnAddressIsMadeFromTheName) {
  const auto release =
      set({{.repository = "r", .id = "a", .author_name = "foo bar Baz"},
           {.repository = "r", .id = "b", .author_name = "J\u00f6rg_A.-"},
           {.repository = "r", .id = "c", .author_name = "\U0001f600"},
           {.repository = "r", .id = "d", .author_name = ""},
           {.repository = "r", .id = "e"},
           {.repository = "r", .id = "f", .author_name = "X", .author_email = ""}});
  EXPECT_EQ(release.author_count, 3);
  EXPECT_EQ(database_.query("SELECT hash, email, authors.name FROM commits LEFT JOIN authors "
                            "ON authors.id = author_id ORDER BY hash"),
            "a|foobarbaz@localhost|foo bar Baz\nb|jrg_a.-@localhost|J\u00f6rg_A.-\n"
            "c|f09f9880@localhost|\U0001f600\nd|-|-\ne|-|-\nf|-|-\n");
}

TEST_P(SetCommitsTest, LongAddressesAndNamesAreCut) {
  const std::string smile = "\U0001f600";
  std::string name;
  for (int i = 0; i < 200; ++i) name += smile;
  set({{.repository = "r", .id = "a", .author_name = name, .author_email = std::string(300, 'E')}});
  EXPECT_EQ(authors(), std::string(72, 'e') + "...|" + name.substr(0, 128 * smile.size()) + "\n");
  set({{.repository = "r", .id = "b", .author_email = std::string(75, 'f')}});
  EXPECT_EQ(database_.query("SELECT email FROM authors WHERE email LIKE 'f%'"),
            std::string(75, 'f') + "\n");
}

TEST_P(SetCommitsTest, AnAuthorGetsTheNameOfTheNewestCommit) {
  set({{.repository = "r",
        .id = "a",
        .author_name = "Old",
        .author_email = "a@x",
        .timestamp = at(1)},
       {.repository = "r",
        .id = "b",
        .author_name = "New",
        .author_email = "a@x",
        .timestamp = at(2)},
       {.repository = "r", .id = "c", .author_email = "a@x", .timestamp = at(3)}});
  EXPECT_EQ(authors(), "a@x|New\n");
  set({{.repository = "r", .id = "d", .author_name = "Newest", .author_email = "A@X"}});
  set({{.repository = "r", .id = "e", .author_email = "a@x"}});
  EXPECT_EQ(authors(), "a@x|Newest\n");
}

TEST_P(SetCommitsTest, TheNewestOfTwoRepositoriesWithOneNameCounts) {
  for (const char* id : {"1", "10", "9", "11"}) store_->repositories->add(attached(id, "PRJ/demo"));
  store_->repositories->remove(attached("11", "PRJ/demo"));
  set({{.repository = "PRJ/demo", .id = "by-name"},
       {.repository = "PRJ/demo", .external_id = "1", .id = "by-id"},
       {.repository = "PRJ/demo", .external_id = "8", .id = "unknown-id"}});
  store_->releases.set_heads(
      {.version = "2"},
      {{"PRJ/demo", "head"}, {.repository = "x", .commit = "head-by-id", .external_id = "9"}});
  EXPECT_EQ(database_.query("SELECT hash, external_id FROM commits JOIN repositories ON "
                            "repositories.id = repository_id ORDER BY hash"),
            "by-id|1\nby-name|10\nhead|10\nhead-by-id|9\nunknown-id|10\n");
}

TEST_P(SetCommitsTest, BytesThatNoTextCanHaveAreReplaced) {
  using namespace std::string_literals;
  set({{.repository = "r",
        .id = "a",
        .message = "a\0b\xff\xc3\xa4\xed\xa0\x80"s,
        .author_name = "N\0n"s,
        .author_email = "e\0@x"s,
        .files = {{{"p\0\xfe"s, FileChangeType::added}}}}});
  const std::string bad = "\ufffd";
  EXPECT_EQ(database_.query("SELECT message FROM commits"),
            "a" + bad + "b" + bad + "\xc3\xa4" + bad + bad + bad + "\n");
  EXPECT_EQ(authors(), "e" + bad + "@x|N" + bad + "n\n");
  EXPECT_EQ(database_.query("SELECT path FROM file_changes"), "p" + bad + bad + "\n");
}

TEST_P(SetCommitsTest, WhatTheObserverOfStatementsThrowsEndsTheCallAndStoresNothing) {
  int left = -1;  // never
  const TrackingStore store(
      {.database = database_.address(), .on_statement = [&](std::string_view) {
         if (left-- == 0) throw std::runtime_error("enough");
       }});
  const auto set_after = [&](int statements) {
    left = statements;
    store.releases.set_commits({.version = "1.0"}, each_of(range_of(0, 5, 0)));
  };
  int statements = 0;
  for (bool ended = false; !ended; ++statements) {
    try {
      set_after(statements);
      ended = true;
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "enough");
      EXPECT_EQ(database_.query("SELECT count(*) FROM releases"), "0\n") << statements;
    }
  }
  EXPECT_GT(statements, 15);
  left = -1;
  EXPECT_EQ(store.releases.find("1.0").value().commit_count, 5);
}

TEST_P(SetCommitsTest, StoresTheOnlyFileOfManyCommits) {
  std::vector<CommitInput> commits(6000);
  for (std::size_t i = 0; i < commits.size(); ++i)
    commits[i] = {.repository = "r", .id = std::to_string(i), .files = {{}}};
  commits[4321].files->push_back({"f", FileChangeType::added});
  set(commits);
  EXPECT_EQ(database_.query("SELECT hash, path FROM commits JOIN file_changes f ON "
                            "f.commit_id = commits.id"),
            "4321|f\n");
}

TEST_P(SetCommitsTest, KeepsAMessageOfTenMegabytes) {
  std::string message;
  message.resize(10'000'000, 'x');
  set({{.repository = "r", .id = "a", .message = message}});
  EXPECT_EQ(database_.query("SELECT length(message) FROM commits"), "10000000\n");
}

TEST_P(SetCommitsTest, RefusesWhatCannotBeStored) {
  using namespace std::string_literals;
  expect_refused({.repository = "r"}, "has no id");
  expect_refused({.repository = "r", .id = std::string(65, 'a')}, "an id that cannot be stored");
  expect_refused({.repository = "r", .id = "a\0"s}, "an id that cannot be stored");
  expect_refused({.repository = "r", .id = "a\xff"}, "an id that cannot be stored");
  expect_refused({.id = "abc"}, "\"abc\" has no repository");
  expect_refused({.repository = std::string(301, 'r'), .id = "abc"}, "a name of a repository");
  expect_refused({.external_id = "9", .id = "abc"}, "no repository with the id \"9\"");
  expect_refused({.repository = "r", .id = "abc", .files = {{{"", FileChangeType::added}}}},
                 "\"abc\" has a file without a path");
  expect_refused({.repository = "r", .id = "abc", .files = {{{"f", FileChangeType{}}}}},
                 "unknown type");
  expect_refused({.repository = "r", .id = "abc", .issues = {{""}}}, "an issue without a key");
  expect_refused({.repository = "r", .id = "abc", .issues = {{std::string(201, 'i')}}},
                 "a key of an issue");
}

TEST_P(SetCommitsTest, AcceptsTheLongestIds) {
  std::string id;
  for (int i = 0; i < 64; ++i) id += "\u00e4";
  set({{.repository = std::string(300, 'r'), .id = id, .issues = {{std::string(200, 'i')}}}});
  EXPECT_EQ(commits_of(), id + "\n");
}

TEST_P(SetCommitsTest, ACallerThatThrowsLeavesNothingBehind) {
  int given = 0;
  EXPECT_THROW(store_->releases.set_commits({.version = "1.0"},
                                            [&](CommitInput& commit) {
                                              if (++given == 3) throw std::range_error("mine");
                                              commit = {.repository = "r",
                                                        .id = std::to_string(given)};
                                              return true;
                                            }),
               std::range_error);
  EXPECT_EQ(everything(), "");
  set({{.repository = "r", .id = "a"}});
  EXPECT_EQ(commits_of(), "a\n");
}

TEST_P(SetCommitsTest, TheCallerMayUseTheStoreWhileItGivesCommits) {
  int given = 0;
  store_->releases.set_commits({.version = "2.0"}, [&](CommitInput& commit) {
    set({{.repository = "r", .id = std::to_string(given)}});
    commit = {.repository = "r", .id = std::to_string(given)};
    return ++given < 3;
  });
  EXPECT_EQ(commits_of("2.0"), "0\n1\n");
}

TEST_P(SetCommitsTest, ReleasesShareCommits) {
  set({{.repository = "r", .id = "a", .message = "m"}});
  set({{.repository = "r", .id = "b"}, {.repository = "r", .id = "a"}}, "2.0");
  EXPECT_EQ(commits_of("1.0") + commits_of("2.0"), "a\nb\na\n");
  EXPECT_EQ(database_.query("SELECT count(*) FROM commits"), "2\n");
}

TEST_P(SetCommitsTest, ThreadsThatSetReleasesAtOnceEndWithTheSameRows) {
  const auto set_all = [&](int turn) {
    set(range_of(0, 100, turn));                                        // the same release
    set(range_of(turn, 60 + turn, turn), "2." + std::to_string(turn));  // overlapping ones
  };
  for (int turn = 0; turn < 8; ++turn) set_all(turn);
  const std::string one_after_the_other = everything();
  TestDatabase fresh(GetParam());
  {
    const TrackingStore at_once({.database = fresh.address()});
    std::vector<std::jthread> threads;
    for (int turn = 0; turn < 8; ++turn)
      threads.emplace_back([&, turn] {
        at_once.releases.set_commits({.version = "1.0"}, each_of(range_of(0, 100, turn)));
        at_once.releases.set_commits({.version = "2." + std::to_string(turn)},
                                     each_of(range_of(turn, 60 + turn, turn)));
      });
  }
  EXPECT_EQ(rows_of_releases(fresh), one_after_the_other);
}

}  // namespace
}  // namespace bitbucket::test
