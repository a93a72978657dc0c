#include <algorithm>
#include <chrono>
#include <thread>

#include "testing/git_test.hpp"

namespace bitbucket::inline v0_1::testing::git {
namespace {

using ::testing::SizeIs;

class ChangesTest : public GitTest {
 protected:
  void expect_as_git(const std::vector<std::string>& commits) const {
    Repository repository(dir(), scratch());
    for (const std::string& commit : commits)
      EXPECT_EQ(raw(*repository.changes(commit)), plain_changes(dir(), commit)) << commit;
  }

  static std::string statuses(const std::vector<FileChange>& changes) {
    std::string result;
    for (const FileChange& change : changes) result += change.status;
    std::sort(result.begin(), result.end());
    return result;
  }
};

TEST_F(ChangesTest, AreThoseOfPlainDiffTree) {
  const RichRepository rich = make_rich_repository(dir());
  expect_as_git(all_commits(dir()));
  Repository repository(dir(), scratch());
  const auto kinds = [&](const std::string& commit) {
    return statuses(*repository.changes(commit));
  };
  EXPECT_EQ(kinds(rich.root), "AAAAAAAA");
  EXPECT_EQ(kinds(rich.modified), "AMM");
  EXPECT_EQ(kinds(rich.moved), "RR");
  EXPECT_EQ(kinds(rich.copied), "CM");
  EXPECT_EQ(kinds(rich.deleted), "D");
  EXPECT_EQ(kinds(rich.mode), "M");
  EXPECT_EQ(kinds(rich.type), "T");
  EXPECT_EQ(kinds(rich.submodule), "A");
  EXPECT_EQ(kinds(rich.submodule_moved_on), "M");
  EXPECT_EQ(kinds(rich.empty), "");
  EXPECT_EQ(kinds(rich.merge), "A");
  EXPECT_EQ(kinds(rich.octopus), "AA");
}

TEST_F(ChangesTest, SayAllOfAMove) {
  const RichRepository rich = make_rich_repository(dir());
  Repository repository(dir(), scratch());
  const auto changes = repository.changes(rich.moved);
  ASSERT_THAT(*changes, SizeIs(2));
  EXPECT_EQ((*changes)[0].old_path, "src/exact.cpp");
  EXPECT_EQ((*changes)[0].path, "lib/exact.cpp");
  EXPECT_EQ((*changes)[0].score, 100);
  EXPECT_EQ((*changes)[1].old_path, "src/old.cpp");
  EXPECT_LT((*changes)[1].score, 100);
  EXPECT_EQ((*changes)[1].new_mode, "100644");
  EXPECT_EQ((*changes)[1].new_id, git({"rev-parse", rich.moved + ":lib/new.cpp"}).substr(0, 40));
  const auto type = repository.changes(rich.type);
  EXPECT_EQ(type->front().new_mode, "120000");
}

TEST_F(ChangesTest, KeepOddNames) {
  const RichRepository rich = make_rich_repository(dir());
  Repository repository(dir(), scratch());
  std::vector<std::string> names;
  for (const FileChange& change : *repository.changes(rich.names)) names.push_back(change.path);
  EXPECT_THAT(names, ::testing::UnorderedElementsAreArray(odd_names()));
}

TEST_F(ChangesTest, OfNamesThatLookLikeAnAnswerAreRead) {
  init_repository(dir());
  FastImport import;
  import.commit("Odd");
  import.file("that is all", "1").file(":100644", "2").file("that is all\n", "3");
  import.commit("Move");
  import.rename("that is all", ":000000 100644").rename("that is all\n", "that is all\nx");
  import.into(dir());
  expect_as_git(all_commits(dir()));
}

TEST_F(ChangesTest, OfTenThousandFiles) {
  const WideHistory wide = make_wide_history(dir(), 10'000);
  Repository repository(dir(), scratch());
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  const auto root = repository.changes(wide.root);
  const auto middle = Clock::now();
  const auto second = repository.changes(wide.second);
  const auto end = Clock::now();
  EXPECT_THAT(*root, SizeIs(10'000));
  EXPECT_EQ(raw(*root), plain_changes(dir(), wide.root));
  EXPECT_EQ(raw(*second), plain_changes(dir(), wide.second));
  const std::uint64_t started = started_children();
  EXPECT_EQ(repository.changes(wide.root), root);
  EXPECT_EQ(started_children(), started);
  const auto ms = [](auto time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
  };
  RecordProperty("root_ms", ms(middle - begin));
  RecordProperty("second_ms", ms(end - middle));
}

TEST_F(ChangesTest, BeyondTheRenameLimitAreThoseOfPlainDiffTree) {
  init_repository(dir());
  FastImport import;
  import.commit("Add");
  const auto text = [](int i) {
    std::string result;
    for (int line = 0; line < 20; ++line) result += std::to_string(i * 1000 + line) + '\n';
    return result;
  };
  for (int i = 0; i < 1200; ++i) import.file("old/" + std::to_string(i), text(i));
  import.commit("Move with edits");
  for (int i = 0; i < 1200; ++i) {
    import.remove("old/" + std::to_string(i));
    import.file("new/" + std::to_string(i), text(i) + "more\n");
  }
  import.into(dir());
  expect_as_git(all_commits(dir()));
  git({"config", "diff.renameLimit", "10"});
  expect_as_git(all_commits(dir()));
}

TEST_F(ChangesTest, OfManyCommitsCostOneProcess) {
  make_linear_history(dir(), 1000);
  const std::vector<std::string> ids = all_commits(dir());
  Repository repository(dir(), scratch());
  repository.changes(ids.front());
  const std::uint64_t started = started_children();
  for (const std::string& id : ids) EXPECT_THAT(*repository.changes(id), SizeIs(1));
  EXPECT_EQ(started_children(), started);
}

TEST_F(ChangesTest, AskedByManyThreadsAtOnceAreEqual) {
  make_rich_repository(dir());
  const std::vector<std::string> ids = all_commits(dir());
  std::vector<std::string> expected;
  for (const std::string& id : ids) expected.push_back(plain_changes(dir(), id));
  Repository repository(dir(), scratch());
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < 3 * ids.size(); ++i) {
        const std::size_t which = (i * (t + 1)) % ids.size();
        EXPECT_EQ(raw(*repository.changes(ids[which])), expected[which]);
      }
    });
  for (std::thread& thread : threads) thread.join();
}

TEST_F(ChangesTest, OfAnUnknownCommitAreAnError) {
  const SmallRepository small = make_small_repository(dir());
  Repository repository(dir(), scratch());
  EXPECT_THROW(repository.changes(std::string(40, 'a')), std::runtime_error);
  EXPECT_THROW(repository.changes("HEAD"), std::runtime_error);
  const std::string tree = lines(git({"rev-parse", "HEAD^{tree}"})).front();
  EXPECT_THROW(repository.changes(tree), std::runtime_error);
  EXPECT_THAT(*repository.changes(small.third), SizeIs(1));
}

}  // namespace
}  // namespace bitbucket::inline v0_1::testing::git
