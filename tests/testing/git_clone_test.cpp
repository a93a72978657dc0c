#include <algorithm>
#include <fstream>
#include <thread>

#include "testing/git_test.hpp"

namespace bitbucket::inline v0_1::testing::git {
namespace {

namespace fs = std::filesystem;
using ::testing::SizeIs;

class CloneTest : public GitTest {
 protected:
  /// Every file below a folder with its content and the time of its last change.
  static std::vector<std::string> snapshot(const fs::path& folder) {
    std::vector<std::string> result;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      std::string text = entry.path().string();
      if (entry.is_regular_file()) {
        std::ifstream file(entry.path(), std::ios::binary);
        text.append(std::istreambuf_iterator<char>(file), {});
      }
      if (!entry.is_symlink())
        text += std::to_string(entry.last_write_time().time_since_epoch().count());
      result.push_back(std::move(text));
    }
    std::sort(result.begin(), result.end());
    return result;
  }

  static std::string refs(const fs::path& folder) {
    return run_git(folder, {"for-each-ref", "--format=%(refname) %(objectname) %(symref)"});
  }

  /// Clones, commits and pushes to main; returns the new commit.
  std::string push(const fs::path& to, const std::string& file) const {
    const fs::path work = temp / ("work-" + file);
    run_git(temp.path(), {"clone", "--quiet", to.string(), work.string()});
    const std::string id = commit_files(work, "Pushed " + file, {{file, file}});
    run_git(work, {"push", "--quiet", "origin", "HEAD:refs/heads/main"});
    return id;
  }
};

TEST_F(CloneTest, HasTheRefsAndHeadOfTheOriginal) {
  make_rich_repository(dir());
  git({"symbolic-ref", "refs/heads/alias", "refs/heads/topic/one"});
  git({"notes", "add", "-m", "a note"});
  Repository repository(dir(), scratch());
  EXPECT_EQ(repository.git_dir(), dir() / ".git");
  const fs::path clone = repository.writable();
  EXPECT_EQ(repository.writable(), clone);
  EXPECT_EQ(repository.git_dir(), clone);
  EXPECT_EQ(refs(clone), refs(dir()));
  EXPECT_EQ(repository.default_branch(), "refs/heads/main");
  EXPECT_EQ(run_git(clone, {"config", "http.receivepack"}), "true\n");
  run_git(clone, {"fsck", "--connectivity-only", "--no-dangling"});
}

TEST_F(CloneTest, GivesTheSameAnswers) {
  const RichRepository rich = make_rich_repository(dir());
  git({"config", "diff.renameLimit", "1"});
  Repository repository(dir(), scratch());
  repository.history({.until = rich.tip}, 0, 2);
  repository.writable();
  EXPECT_EQ(repository.history({.until = rich.tip}, 0, 100).ids,
            lines(git({"rev-list", rich.tip})));
  for (const std::string& id : lines(git({"rev-list", "--all"}))) {
    EXPECT_EQ(raw(*repository.changes(id)), plain_changes(dir(), id));
    EXPECT_EQ(repository.commits({id}).front().id, id);
  }
  EXPECT_EQ(repository.file(rich.tip, "README.md").content, git({"show", "HEAD:README.md"}));
}

TEST_F(CloneTest, TakesPushesThatAreSeenAndLeavesTheOriginalUntouched) {
  const RichRepository rich = make_rich_repository(dir());
  const std::vector<std::string> before = snapshot(dir());
  Repository repository(dir(), scratch());
  EXPECT_EQ(repository.resolve("main"), rich.tip);
  repository.changes(rich.tip);
  repository.file(rich.tip, "README.md");
  const fs::path clone = repository.writable();
  for (const char* file : {"one", "two", "three"}) {
    const std::string id = push(clone, file);
    EXPECT_EQ(repository.resolve("main"), id);
    EXPECT_EQ(repository.commits({id}).front().message, "Pushed " + std::string(file));
    EXPECT_THAT(*repository.changes(id), SizeIs(1));
    EXPECT_EQ(repository.file(id, file).content, file);
    repository.refresh();
    EXPECT_EQ(repository.resolve(id.substr(0, 10)), id);
    EXPECT_EQ(repository.history({.until = id}, 0, 1).ids.front(), id);
  }
  EXPECT_EQ(snapshot(dir()), before);
}

TEST_F(CloneTest, OfEmptyDetachedBareAndLinkedRepositories) {
  init_repository(temp / "empty", true);
  run_git(temp / "empty", {"symbolic-ref", "HEAD", "refs/heads/first"});
  Repository empty(temp / "empty", temp / "scratch-empty");
  empty.writable();
  EXPECT_EQ(empty.default_branch(), "refs/heads/first");
  EXPECT_THAT(empty.branches(), SizeIs(0));

  const SmallRepository small = make_small_repository(dir());
  git({"worktree", "add", "--quiet", (temp / "linked").string(), "feature/login"});
  git({"checkout", "--quiet", "--detach", small.first});
  Repository detached(dir(), temp / "scratch-detached");
  detached.writable();
  EXPECT_EQ(detached.resolve("HEAD"), small.first);

  Repository linked(temp / "linked", temp / "scratch-linked");
  EXPECT_EQ(linked.default_branch(), "refs/heads/feature/login");
  linked.writable();
  EXPECT_EQ(linked.default_branch(), "refs/heads/feature/login");
  EXPECT_EQ(linked.resolve("main"), small.third);
  EXPECT_EQ(linked.commits({small.third}).front().message, "Say more in the README");
}

TEST_F(CloneTest, OfShallowAndBorrowingRepositories) {
  const fs::path odd = temp / "who\\le \"one\"";
  make_rich_repository(odd);
  run_git(temp.path(),
          {"clone", "--quiet", "--depth=3", "file://" + odd.string(), (temp / "shallow").string()});
  Repository shallow(temp / "shallow", temp / "scratch-shallow");
  shallow.writable();
  EXPECT_EQ(shallow.history({.until = *shallow.resolve("HEAD")}, 0, 100).ids,
            lines(run_git(temp / "shallow", {"rev-list", "HEAD", "--"})));

  run_git(temp.path(), {"clone", "--quiet", "--shared", odd.string(), (temp / "middle").string()});
  run_git(temp.path(), {"clone", "--quiet", "--shared", "--bare", (temp / "middle").string(),
                        (temp / "last").string()});
  // relative, as people write it
  write_file(temp / "last/objects/info/alternates", "../../middle/.git/objects\n");
  Repository last(temp / "last", temp / "scratch \"last\"");
  const fs::path clone = last.writable();
  EXPECT_EQ(last.history({.until = *last.resolve("HEAD")}, 0, 100).ids,
            lines(run_git(odd, {"rev-list", "HEAD", "--"})));
  push(clone, "four");
}

TEST_F(CloneTest, OfARepositoryOfSha256) {
  fs::create_directories(dir());
  git({"init", "--quiet", "--object-format=sha256", "--initial-branch=main"});
  commit_files(dir(), "First", {{"a", "a"}});
  git({"commit", "--quiet", "--allow-empty", "-m", "Second"});
  Repository repository(dir(), scratch());
  for (int round = 0; round < 2; ++round) {
    const std::string tip = lines(git({"rev-parse", "HEAD"})).front();
    EXPECT_EQ(repository.resolve("main"), tip);
    EXPECT_EQ(repository.history({.until = tip}, 0, 10).ids,
              lines(git({"rev-list", "HEAD", "--"})));
    EXPECT_EQ(repository.commits({tip}).front().message, "Second");
    const std::string root = repository.commits({tip}).front().parents.front();
    EXPECT_EQ(raw(*repository.changes(root)), plain_changes(dir(), root));
    EXPECT_EQ(repository.file(tip, "a").content, "a");
    repository.writable();
  }
}

TEST_F(CloneTest, IsMadeOnceWhateverManyThreadsDo) {
  const RichRepository rich = make_rich_repository(dir());
  Repository repository(dir(), scratch());
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) {
        if (i == 3) {
          EXPECT_EQ(repository.writable(), scratch() / "clone.git");
        }
        if (i % 3 == t % 3) repository.refresh();
        EXPECT_EQ(repository.resolve("topic/one"), rich.topic);
        EXPECT_EQ(repository.history({.until = rich.tip}, 0, 3).ids.front(), rich.tip);
        EXPECT_EQ(repository.commits({rich.tip, rich.root}).back().id, rich.root);
        EXPECT_EQ(repository.file(rich.tip, "linked").content, "README.md");
        EXPECT_THAT(*repository.changes(rich.moved), SizeIs(2));
      }
    });
  for (std::thread& thread : threads) thread.join();
}

TEST_F(CloneTest, OfAnEarlierRunIsReplaced) {
  const SmallRepository small = make_small_repository(dir());
  { Repository(dir(), scratch()).writable(); }
  Repository repository(dir(), scratch());
  EXPECT_EQ(repository.writable(), scratch() / "clone.git");
  EXPECT_EQ(repository.resolve("main"), small.third);
}

TEST_F(CloneTest, OfManyBranchesIsQuick) {
  const SmallRepository small = make_small_repository(dir());
  add_ten_thousand_branches(dir(), small.first);
  Repository repository(dir(), scratch());
  const fs::path clone = repository.writable();
  EXPECT_EQ(refs(clone), refs(dir()));
  push(clone, "five");
}

}  // namespace
}  // namespace bitbucket::inline v0_1::testing::git
