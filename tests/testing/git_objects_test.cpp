#include "testing/git_test.hpp"

namespace bitbucket::inline v0_1::testing::git {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ObjectsTest : public GitTest {
 protected:
  void expect_commits_as_git(Repository& repository) const {
    const std::vector<std::string> ids = all_commits(dir());
    const std::vector<CommitData> commits = repository.commits(ids);
    ASSERT_EQ(commits.size(), ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const CommitData& commit = commits[i];
      std::string parents;
      for (const std::string& parent : commit.parents)
        parents += (parents.empty() ? "" : " ") + parent;
      std::string text;
      for (const std::string& field :
           {commit.id, parents, commit.author.name, commit.author.email,
            std::to_string(commit.author.seconds), commit.committer.name, commit.committer.email,
            std::to_string(commit.committer.seconds)})
        text += field + '\n';
      const std::string format = "--format=tformat:%H%n%P%n%an%n%ae%n%at%n%cn%n%ce%n%ct%n%x00%B";
      std::string plain = git({"log", "-1", "--no-show-signature", format, ids[i]});
      plain.pop_back();  // what log adds
      if (plain.ends_with('\n')) plain.pop_back();
      EXPECT_EQ(text + '\0' + commit.message, plain);
    }
  }

  /// Adds a commit object as it stands, and a branch that holds it.
  std::string add_raw(const std::string& object) const {
    const std::string id =
        lines(run_git(dir(), {"hash-object", "-t", "commit", "-w", "--literally", "--stdin"},
                      {.input = object}))
            .front();
    git({"update-ref", "refs/heads/raw-" + id, id});
    return id;
  }
};

TEST_F(ObjectsTest, CommitsAreThoseOfGitLog) {
  const RichRepository rich = make_rich_repository(dir());
  Repository repository(dir(), scratch());
  expect_commits_as_git(repository);
  EXPECT_EQ(repository.commits({rich.encoded}).front().message,
            "Viele gr\xC3\xBC\xC3\x9F"
            "e");
  EXPECT_EQ(repository.commits({rich.encoded}).front().author.name, "J\xC3\xBCrgen");
  EXPECT_THAT(repository.commits({}), IsEmpty());
}

TEST_F(ObjectsTest, OddCommitsAreReadAsGitLogDoes) {
  init_repository(dir());
  const std::string tree = lines(run_git(dir(), {"mktree"})).front();
  const auto raw_commit = [&](const std::string& author, const std::string& rest) {
    return add_raw("tree " + tree + "\nauthor " + author +
                   "\ncommitter C <c@c> 1600000000 +0000\n" + rest);
  };
  raw_commit("A B <a@b> 1700000000 -0730", "\nTitle\n");
  raw_commit("<a@b> 5 +0000", "\nno name\n");
  raw_commit("A <> 5 +0000", "\nno mail");
  raw_commit("A <a>b@c> 7 +0000", "\nTitle\n\nBody\n\n\n");
  raw_commit("  A  B  <a b> 7 +0000", "\n\n\nleading newlines\n");
  raw_commit("A <a@b> 7 +0000", "\nTitle\r\n\r\nBody\r\n");
  raw_commit("A <a@b> 7 +0000", "gpgsig -----BEGIN\n \n x\n -----END\n\nSigned\n");
  raw_commit("J\xFCrgen <j@b> 7 +0000", "encoding latin-1\n\n\xFC\n");
  raw_commit("A <a@b> 7 +0000", "encoding Shift_JIS\n\n\x93\xFA\x96\x7B\n");
  raw_commit("A <a@b> 7 +0000", "\n");
  Repository repository(dir(), scratch());
  expect_commits_as_git(repository);
  // git would print bytes that are no UTF-8, or no date at all
  const auto read = [&](const std::string& id) { return repository.commits({id}).front(); };
  EXPECT_EQ(read(raw_commit("A <a@b> 7 +0000", "\nx\xFFy\n")).message, "x\xEF\xBF\xBDy");
  EXPECT_EQ(read(raw_commit("A <a@b> 7", "\nm\n")).author.seconds, 7);
  EXPECT_EQ(read(raw_commit("A <a@b>", "\nm\n")).author.seconds, 0);
  EXPECT_EQ(read(raw_commit("A <a@b> 7 +0000", "encoding no-such\n\n\xFC\n")).message,
            "\xEF\xBF\xBD");
}

TEST_F(ObjectsTest, CommitsOfAShallowCloneEndAtItsBorder) {
  make_rich_repository(temp / "whole");
  run_git(temp.path(),
          {"clone", "--quiet", "--depth=3", "file://" + (temp / "whole").string(), dir().string()});
  Repository repository(dir(), scratch());
  expect_commits_as_git(repository);
  for (const std::string& id : all_commits(dir()))
    EXPECT_EQ(raw(*repository.changes(id)), plain_changes(dir(), id));
  const std::string tip = commit_id(dir(), "HEAD");
  EXPECT_EQ(repository.history({.until = tip}, 0, 100).ids, all_commits(dir()));
}

TEST_F(ObjectsTest, ReplacedAndGraftedCommitsAreReadAsGitDoes) {
  const RichRepository rich = make_rich_repository(dir());
  git({"replace", rich.empty, rich.names});
  write_file(dir() / ".git/info/grafts", rich.merge + ' ' + rich.root + '\n');
  Repository repository(dir(), scratch());
  expect_commits_as_git(repository);
  for (const std::string& id : all_commits(dir()))
    EXPECT_EQ(raw(*repository.changes(id)), plain_changes(dir(), id));
  EXPECT_EQ(repository.history({.until = rich.tip}, 0, 100).ids,
            lines(git({"rev-list", rich.tip})));
}

TEST_F(ObjectsTest, UnknownCommitsAreAnErrorAndTheNextAnswerIsRight) {
  const SmallRepository small = make_small_repository(dir());
  Repository repository(dir(), scratch());
  EXPECT_THROW(repository.commits({small.first, std::string(40, 'a'), small.second}),
               std::runtime_error);
  EXPECT_THROW(repository.commits({"HEAD"}), std::runtime_error);
  EXPECT_EQ(repository.commits({small.second}).front().id, small.second);
}

TEST_F(ObjectsTest, AThousandCommitsCostNoNewProcess) {
  make_linear_history(dir(), 1000);
  const std::vector<std::string> ids = all_commits(dir());
  Repository repository(dir(), scratch());
  repository.commits({ids.front()});
  const std::uint64_t started = started_children();
  const std::vector<CommitData> commits = repository.commits(ids);
  EXPECT_EQ(commits.size(), 1000U);
  EXPECT_EQ(commits[0].message, "Commit 999");
  EXPECT_THAT(commits[0].parents, ElementsAre(ids[1]));
  EXPECT_EQ(started_children(), started);
}

TEST_F(ObjectsTest, FilesAreThoseOfTheCommit) {
  const RichRepository rich = make_rich_repository(dir());
  Repository repository(dir(), scratch());
  const Blob readme = repository.file(rich.tip, "README.md");
  EXPECT_EQ(readme.type, ObjectType::blob);
  EXPECT_EQ(readme.content, git({"cat-file", "blob", rich.tip + ":README.md"}));
  for (const std::string& name : odd_names()) {
    const Blob odd = repository.file(rich.tip, name);
    EXPECT_EQ(odd.type, ObjectType::blob) << name;
    EXPECT_EQ(odd.content, "content of " + name + '\n');
  }
  EXPECT_EQ(repository.file(rich.tip, "empty-file").type, ObjectType::blob);
  EXPECT_EQ(repository.file(rich.tip, "empty-file").content, "");
  EXPECT_EQ(repository.file(rich.tip, "linked").content, "README.md");
  EXPECT_EQ(repository.file(rich.tip, "doomed.txt").type, ObjectType::missing);
  EXPECT_EQ(repository.file(rich.root, "doomed.txt").type, ObjectType::blob);
}

TEST_F(ObjectsTest, FoldersSubmodulesAndNonsenseAreToldApart) {
  const RichRepository rich = make_rich_repository(dir());
  Repository repository(dir(), scratch());
  const auto type = [&](const std::string& path) { return repository.file(rich.tip, path).type; };
  EXPECT_EQ(type(""), ObjectType::tree);
  EXPECT_EQ(type("src"), ObjectType::tree);
  EXPECT_EQ(type("src/"), ObjectType::tree);
  EXPECT_EQ(type("vendor/dep"), ObjectType::commit);
  for (const std::string path :
       {"vendor/dep/x", "README.md/x", "/README.md", "./README.md", "src/../README.md", "src//x",
        "no such", "no\nsuch", "/", "no missing", "--batch", "x blob 3"})
    EXPECT_EQ(type(path), ObjectType::missing) << path;
  EXPECT_EQ(type(std::string("README.md\0x", 11)), ObjectType::missing);
  EXPECT_EQ(repository.file("HEAD", "README.md").type, ObjectType::missing);
  EXPECT_EQ(repository.file(std::string(40, 'a'), "README.md").type, ObjectType::missing);
  EXPECT_EQ(type("README.md"), ObjectType::blob);  // still in step
}

TEST_F(ObjectsTest, ALargeFileComesWhole) {
  init_repository(dir());
  std::string large;
  for (int i = 0; large.size() < 20'000'000; ++i) large += std::to_string(i * 7919LL) + '\n';
  FastImport import;
  import.commit("Large");
  import.file("large", large);
  const std::string id = import.into(dir())[1];
  Repository repository(dir(), scratch());
  EXPECT_TRUE(repository.file(id, "large").content == large);
}

}  // namespace
}  // namespace bitbucket::inline v0_1::testing::git
