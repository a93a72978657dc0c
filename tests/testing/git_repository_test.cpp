#include "testing/git/repository.hpp"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <fstream>
#include <memory>
#include <vector>

#include "testing/git_test.hpp"

namespace bitbucket::inline v0_1::testing::git {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class RepositoryTest : public GitTest {
 protected:
  /// Ids of this process' children.
  static std::vector<pid_t> children() {
    std::vector<pid_t> result;
    for (const auto& task : fs::directory_iterator("/proc/self/task")) {
      std::ifstream file(task.path() / "children");
      for (pid_t pid = 0; file >> pid;) result.push_back(pid);
    }
    return result;
  }
};

TEST_F(RepositoryTest, OpensEveryKindOfRepository) {
  const SmallRepository small = make_small_repository(dir());
  run_git(temp.path(), {"clone", "--quiet", "--bare", dir().string(), "bare.git"});
  git({"worktree", "add", "--quiet", (temp / "linked").string(), "feature/login"});
  run_git(temp.path(), {"clone", "--quiet", "--separate-git-dir", (temp / "apart.git").string(),
                        dir().string(), (temp / "apart").string()});
  fs::create_directory_symlink(dir(), temp / "link");
  for (const char* name :
       {"repo", "repo/.git", "bare.git", "linked", "apart", "apart.git", "link"}) {
    Repository repository(temp / name, scratch());
    EXPECT_EQ(repository.resolve("HEAD"), commit_id(temp / name, "HEAD")) << name;
    EXPECT_EQ(repository.commits({small.first}).front().message, "Add a README") << name;
    EXPECT_EQ(repository.changes(small.second)->front().path, "src/main.cpp") << name;
    EXPECT_EQ(repository.file(small.first, "README.md").content, "# Demo\n") << name;
  }
}

TEST_F(RepositoryTest, RefusesAFolderThatIsNone) {
  make_small_repository(dir());
  fs::create_directories(dir() / "src/folder");
  fs::create_directories(temp / "plain");
  fs::create_directories(temp / "broken/.git");
  write_file(temp / "dangling/.git", "gitdir: /nonexistent\n");
  write_file(temp / "file", "");
  for (const char* name : {"plain", "broken", "dangling", "file", "absent", "repo/src/folder"}) {
    try {
      Repository repository(temp / name, scratch());
      FAIL() << name;
    } catch (const std::runtime_error& error) {
      EXPECT_THAT(error.what(), HasSubstr((temp / name).string()));
    }
  }
}

TEST_F(RepositoryTest, IsNotMisledByTheHostsEnvironment) {
  const SmallRepository small = make_small_repository(dir());
  init_repository(temp / "other");
  ::setenv("GIT_DIR", (temp / "other/.git").c_str(), 1);
  ::setenv("GIT_NAMESPACE", "elsewhere", 1);
  ::setenv("GIT_CONFIG_COUNT", "nonsense", 1);
  Repository repository(dir(), scratch());
  EXPECT_EQ(repository.resolve("main"), small.third);
  EXPECT_EQ(repository.branches().size(), 2U);
  repository.writable();
  EXPECT_EQ(repository.branches().size(), 2U);
  for (const char* name : {"GIT_DIR", "GIT_NAMESPACE", "GIT_CONFIG_COUNT"}) ::unsetenv(name);
}

TEST_F(RepositoryTest, AcceptsAFolderOfAnyName) {
  const fs::path odd = temp / "-odd \xC3\xBC:na\"me";
  const SmallRepository small = make_small_repository(odd);
  Repository repository(odd, temp / "-scratch: \"x\"");
  EXPECT_EQ(repository.resolve("main"), small.third);
  repository.writable();
  EXPECT_EQ(repository.resolve("main"), small.third);
  EXPECT_EQ(repository.file(small.first, "README.md").content, "# Demo\n");
}

TEST_F(RepositoryTest, StartsChildrenAgainThatWereKilled) {
  const std::string tip = make_linear_history(dir(), 5000);
  const std::vector<std::string> ids = lines(git({"rev-list", tip}));
  Repository repository(dir(), scratch());
  for (int round = 0; round < 3; ++round) {
    const std::size_t at = static_cast<std::size_t>(round) * 100;
    EXPECT_EQ(repository.history({.until = tip}, at, 10).ids.front(), ids[at]);
    EXPECT_EQ(repository.history({.until = tip}, at + 4000, 10).ids.front(), ids[at + 4000]);
    EXPECT_EQ(repository.commits({tip}).front().id, tip);
    EXPECT_EQ(repository.file(tip, "dir/file0").content, "4992");
    EXPECT_EQ(repository.changes(ids[at])->size(), 1U);
    EXPECT_EQ(repository.resolve("main"), tip);
    const std::vector<pid_t> running = children();
    EXPECT_GE(running.size(), 4U);
    for (const pid_t pid : running) ::kill(pid, SIGKILL);
  }
}

TEST_F(RepositoryTest, SaysWhenTheRepositoryIsGone) {
  const SmallRepository small = make_small_repository(dir());
  Repository repository(dir(), scratch());
  EXPECT_EQ(repository.commits({small.first}).size(), 1U);
  fs::remove_all(dir());
  for (const pid_t pid : children()) ::kill(pid, SIGKILL);
  EXPECT_THROW(repository.branches(), std::runtime_error);
  EXPECT_THROW(repository.default_branch(), std::runtime_error);
  EXPECT_THROW(repository.resolve("main"), std::runtime_error);
  EXPECT_THROW(repository.history({.until = small.third}, 0, 1), std::runtime_error);
  EXPECT_THROW(repository.commits({small.first}), std::runtime_error);
  EXPECT_THROW(repository.changes(small.first), std::runtime_error);
  EXPECT_THROW(repository.file(small.first, "README.md"), std::runtime_error);
  EXPECT_THROW(repository.writable(), std::runtime_error);
}

TEST_F(RepositoryTest, LeavesNoChildAndNoDescriptorBehind) {
  const RichRepository rich = make_rich_repository(dir());
  const std::size_t before = open_descriptors();
  for (int round = 0; round < 2; ++round) {
    Repository repository(dir(), scratch());
    for (int part = 0; part < 2; ++part) {
      repository.history({.until = rich.tip}, 0, 1);
      repository.commits({rich.tip});
      repository.changes(rich.tip);
      repository.file(rich.tip, "README.md");
      repository.resolve("main");
      repository.writable();
      repository.refresh();
    }
  }
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_FALSE(has_children());
}

TEST_F(RepositoryTest, KeepsALimitedNumberOfChildrenForAllRepositories) {
  const RichRepository rich = make_rich_repository(dir());
  rlimit old{};
  ::getrlimit(RLIMIT_NOFILE, &old);
  const rlimit few{256, old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  const std::size_t before = open_descriptors();
  std::vector<std::unique_ptr<Repository>> all;
  for (int i = 0; i < 30; ++i) {
    all.push_back(std::make_unique<Repository>(dir(), temp / std::to_string(i)));
  }
  for (int round = 0; round < 2; ++round) {
    for (const auto& each : all) {
      const auto start = static_cast<std::size_t>(round);
      EXPECT_EQ(each->history({.until = rich.tip}, start, 1).ids.size(), 1u);
      EXPECT_EQ(each->commits({rich.tip}).size(), 1u);
      EXPECT_EQ(each->file(rich.tip, "README.md").type, ObjectType::blob);
    }
  }
  EXPECT_LE(open_descriptors(), before + 3 * 16);
  EXPECT_LE(children().size(), 16u);
  ::setrlimit(RLIMIT_NOFILE, &old);
}

TEST_F(RepositoryTest, OnlyReadsTheFolderItIsGiven) {
  make_rich_repository(dir());
  // what a curious git would change: an index that is not fresh
  fs::last_write_time(dir() / "README.md", fs::file_time_type::clock::now());
  const auto index = fs::last_write_time(dir() / ".git/index");
  Repository repository(dir(), scratch());
  repository.branches();
  repository.resolve("main");
  repository.writable();
  EXPECT_EQ(fs::last_write_time(dir() / ".git/index"), index);
}

}  // namespace
}  // namespace bitbucket::inline v0_1::testing::git
