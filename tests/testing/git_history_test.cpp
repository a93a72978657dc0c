#include <chrono>

#include "testing/git_test.hpp"

namespace bitbucket::inline v0_1::testing::git {
namespace {

using ::testing::ElementsAreArray;

class HistoryTest : public GitTest {
 protected:
  /// Reads all in slices of `limit`.
  static std::vector<std::string> all(Repository& repository, const HistoryQuery& query,
                                      std::size_t limit) {
    std::vector<std::string> ids;
    for (;;) {
      const Slice slice = repository.history(query, ids.size(), limit);
      ids.insert(ids.end(), slice.ids.begin(), slice.ids.end());
      if (slice.last) return ids;
      EXPECT_EQ(slice.ids.size(), limit);
      if (slice.ids.empty()) return ids;
    }
  }

  void expect_as_git(Repository& repository, const HistoryQuery& query,
                     std::vector<std::string> args) const {
    if (query.merges == MergeFilter::exclude) args.emplace_back("--no-merges");
    if (query.merges == MergeFilter::only) args.emplace_back("--merges");
    args.push_back(query.since.empty() ? query.until : query.since + ".." + query.until);
    args.emplace_back("--");
    if (!query.path.empty()) args.push_back(query.path);
    const std::vector<std::string> expected =
        lines(run_git(dir(), args, {.environment = {"GIT_LITERAL_PATHSPECS=1"}}));
    for (const std::size_t limit : {1, 3, 1000})
      EXPECT_THAT(all(repository, query, limit), ElementsAreArray(expected))
          << ::testing::PrintToString(args);
    EXPECT_EQ(repository.count(query), expected.size());
  }
};

TEST_F(HistoryTest, IsThatOfPlainRevList) {
  const RichRepository rich = make_rich_repository(dir());
  Repository repository(dir(), scratch());
  for (const MergeFilter merges : {MergeFilter::include, MergeFilter::exclude, MergeFilter::only}) {
    for (const std::string& since :
         {std::string(), rich.modified, rich.merge, rich.topic2, rich.tip})
      for (const std::string& until :
           {rich.tip, rich.octopus, rich.topic, rich.root, rich.unrelated})
        expect_as_git(repository, {.until = until, .since = since, .path = {}, .merges = merges},
                      {"rev-list"});
  }
}

TEST_F(HistoryTest, OfAPathIsThatOfPlainRevList) {
  const RichRepository rich = make_rich_repository(dir());
  Repository repository(dir(), scratch());
  std::vector<std::string> paths = {"README.md",  "lib/new.cpp",  "lib", "src/",
                                    "vendor/dep", "no such file", "*",   "topic/one.txt"};
  paths.insert(paths.end(), odd_names().begin(), odd_names().end());
  for (const std::string& path : paths)
    expect_as_git(repository, {.until = rich.tip, .path = path}, {"rev-list"});
  expect_as_git(repository, {.until = rich.tip, .since = rich.modified, .path = "README.md"},
                {"rev-list"});
}

TEST_F(HistoryTest, FollowsAFileAcrossRenames) {
  const RichRepository rich = make_rich_repository(dir());
  git({"config", "log.showSignature", "true"});
  Repository repository(dir(), scratch());
  for (const char* path : {"lib/new.cpp", "lib/exact.cpp", "lib/copied.cpp", "README.md"})
    expect_as_git(repository, {.until = rich.tip, .path = path, .follow = true},
                  {"log", "--no-show-signature", "--follow", "--format=%H"});
  EXPECT_EQ(repository.count({.until = rich.tip, .path = "lib/new.cpp"}), 1U);
  EXPECT_EQ(repository.count({.until = rich.tip, .path = "lib/new.cpp", .follow = true}), 2U);
}

TEST_F(HistoryTest, GivesSlicesInAnyOrder) {
  const RichRepository rich = make_rich_repository(dir());
  const std::vector<std::string> expected = lines(git({"rev-list", rich.tip}));
  Repository repository(dir(), scratch());
  const HistoryQuery query{.until = rich.tip};
  EXPECT_THAT(repository.history(query, 5, 2).ids,
              ElementsAreArray(expected.begin() + 5, expected.begin() + 7));
  EXPECT_THAT(repository.history(query, 0, 2).ids,
              ElementsAreArray(expected.begin(), expected.begin() + 2));
  EXPECT_FALSE(repository.history(query, 0, 0).last);
  EXPECT_FALSE(repository.history(query, 0, expected.size() - 1).last);
  EXPECT_TRUE(repository.history(query, 0, expected.size()).last);
  EXPECT_TRUE(repository.history(query, 1000, 25).last);
  constexpr std::size_t most = static_cast<std::size_t>(-1);
  EXPECT_TRUE(repository.history(query, most, most).ids.empty());
  EXPECT_EQ(repository.history(query, 0, most).ids.size(), expected.size());
}

TEST_F(HistoryTest, RefusesWhatIsNoCommitId) {
  const RichRepository rich = make_rich_repository(dir());
  Repository repository(dir(), scratch());
  EXPECT_THROW(repository.history({.until = "--all"}, 0, 1), std::runtime_error);
  EXPECT_THROW(repository.history({.until = rich.tip, .since = "--all"}, 0, 1), std::runtime_error);
  EXPECT_THROW(repository.history({.until = std::string(40, 'a')}, 0, 1), std::runtime_error);
}

TEST_F(HistoryTest, OfAHundredThousandCommitsIsWalkedOnceAndLazily) {
  constexpr std::size_t commits = 100'000;
  const std::string tip = make_linear_history(dir(), commits);
  const std::vector<std::string> expected = lines(git({"rev-list", tip}));
  Repository repository(dir(), scratch());
  const HistoryQuery query{.until = tip};

  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  const Slice first = repository.history(query, 0, 1000);
  const auto quick = Clock::now() - begin;
  EXPECT_THAT(first.ids, ElementsAreArray(expected.begin(), expected.begin() + 1000));
  EXPECT_TRUE(has_children());  // blocked in its pipe, not through

  const std::uint64_t started = started_children();
  std::vector<std::string> ids;
  for (std::size_t at = 0; at < commits; at += 1000) {
    const Slice slice = repository.history(query, at, 1000);
    EXPECT_EQ(slice.last, at + 1000 == commits);
    ids.insert(ids.end(), slice.ids.begin(), slice.ids.end());
  }
  const auto whole = Clock::now() - begin;
  EXPECT_EQ(ids, expected);
  for (std::size_t at = commits; at > 0; at -= 10'000)
    EXPECT_EQ(repository.history(query, at - 1000, 1000).ids.back(), expected[at - 1]);
  EXPECT_EQ(repository.count(query), commits);
  EXPECT_EQ(started_children(), started);
  const auto ms = [](auto time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
  };
  RecordProperty("first_page_ms", ms(quick));
  RecordProperty("whole_ms", ms(whole));
}

TEST_F(HistoryTest, EndsTheWalksItNoLongerKeeps) {
  make_linear_history(dir(), 5000);
  const std::vector<std::string> ids = lines(git({"rev-list", "main"}));
  {
    Repository repository(dir(), scratch());
    const std::size_t before = open_descriptors();
    for (std::size_t i = 0; i < 100; ++i)
      EXPECT_EQ(repository.history({.until = ids[i]}, 0, 10).ids.front(), ids[i]);
    // 16 walks are kept, each with input, output and errors
    EXPECT_LE(open_descriptors(), before + 16 * 3);
    EXPECT_EQ(repository.history({.until = ids[0]}, 10, 10).ids.front(), ids[10]);
  }
  EXPECT_FALSE(has_children());
}

}  // namespace
}  // namespace bitbucket::inline v0_1::testing::git
