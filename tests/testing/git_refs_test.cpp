#include "testing/git/refs.hpp"

#include "testing/git_test.hpp"

namespace bitbucket::inline v0_1::testing::git {
namespace {

using ::testing::IsEmpty;

class RefsTest : public GitTest {
 protected:
  static std::vector<std::string> names(const std::vector<Ref>& refs) {
    std::vector<std::string> result;
    for (const Ref& ref : refs) result.push_back(ref.name);
    return result;
  }
};

TEST_F(RefsTest, BranchesAreThoseOfGit) {
  const RichRepository rich = make_rich_repository(dir());
  git({"pack-refs", "--all"});
  git({"branch", "loose", rich.root});
  Repository repository(dir(), scratch());
  EXPECT_EQ(names(repository.branches()),
            lines(git({"for-each-ref", "--format=%(refname)", "refs/heads/"})));
  for (const Ref& branch : repository.branches()) {
    EXPECT_EQ(branch.commit, commit_id(dir(), branch.name));
    EXPECT_EQ(branch.object, "");
    EXPECT_EQ(std::to_string(branch.seconds) + '\n',
              git({"log", "-1", "--format=%ct", branch.name}));
  }
  EXPECT_EQ(repository.default_branch(), "refs/heads/main");
}

TEST_F(RefsTest, TagsArePeeledAndThoseOfNoCommitLeftOut) {
  const RichRepository rich = make_rich_repository(dir());
  git({"tag", "-a", "-m", "of a tree", "annotated-tree", "HEAD^{tree}"});
  Repository repository(dir(), scratch());
  const std::vector<Ref> tags = repository.tags();
  ASSERT_EQ(names(tags),
            (std::vector<std::string>{"refs/tags/release/3", "refs/tags/v1.0", "refs/tags/v2.0"}));
  EXPECT_EQ(tags[0].commit, rich.merge);  // a tag of a tag
  EXPECT_EQ(tags[0].object, git({"rev-parse", "refs/tags/release/3"}).substr(0, 40));
  EXPECT_EQ(tags[1].commit, rich.modified);
  EXPECT_EQ(tags[1].object, "");
  EXPECT_EQ(tags[2].commit, rich.merge);
  EXPECT_EQ(tags[2].object, git({"rev-parse", "v2.0"}).substr(0, 40));
  for (const Ref& tag : tags)
    EXPECT_EQ(std::to_string(tag.seconds) + '\n', git({"log", "-1", "--format=%ct", tag.commit}));
}

TEST_F(RefsTest, ResolvesNamesAndIds) {
  const RichRepository rich = make_rich_repository(dir());
  Repository repository(dir(), scratch());
  EXPECT_EQ(repository.resolve("main"), rich.tip);
  EXPECT_EQ(repository.resolve("topic/one"), rich.topic);
  EXPECT_EQ(repository.resolve("refs/heads/topic/one"), rich.topic);
  EXPECT_EQ(repository.resolve("v1.0"), rich.modified);
  EXPECT_EQ(repository.resolve("v2.0"), rich.merge);
  EXPECT_EQ(repository.resolve("release/3"), rich.merge);
  EXPECT_EQ(repository.resolve("refs/tags/v2.0"), rich.merge);
  EXPECT_EQ(repository.resolve("HEAD"), rich.tip);
  EXPECT_EQ(repository.resolve(rich.root), rich.root);
  EXPECT_EQ(repository.resolve(rich.root.substr(0, 8)), rich.root);
  EXPECT_EQ(repository.resolve(git({"rev-parse", "v2.0"}).substr(0, 40)), rich.merge);
}

TEST_F(RefsTest, PrefersBranchesToTagsToIds) {
  const SmallRepository small = make_small_repository(dir());
  git({"tag", "both", small.first});
  git({"branch", "both", small.second});
  const std::string abbreviation = small.third.substr(0, 8);
  git({"tag", abbreviation, small.first});
  git({"tag", "refs/heads/nested", small.first});
  Repository repository(dir(), scratch());
  EXPECT_EQ(repository.resolve("both"), small.second);
  EXPECT_EQ(repository.resolve("refs/tags/both"), small.first);
  EXPECT_EQ(repository.resolve(abbreviation), small.first);
  EXPECT_EQ(repository.resolve("refs/heads/nested"), small.first);
}

TEST_F(RefsTest, ResolvesNothingElse) {
  const RichRepository rich = make_rich_repository(dir());
  Repository repository(dir(), scratch());
  const std::string root = rich.root.substr(0, 10);
  for (const std::string& name : {std::string(),
                                  std::string("main~1"),
                                  std::string("main^"),
                                  std::string("main^{tree}"),
                                  std::string("main..topic/one"),
                                  std::string("@{-1}"),
                                  std::string("main@{0}"),
                                  std::string("@"),
                                  std::string(":/Begin"),
                                  std::string("main:README.md"),
                                  std::string("main\n"),
                                  std::string("main\nmain"),
                                  std::string("--all"),
                                  std::string("-"),
                                  std::string("no-such"),
                                  std::string("a-blob"),
                                  std::string("a-tree"),
                                  std::string("heads"),
                                  std::string("refs/heads"),
                                  std::string("refs/heads/"),
                                  std::string("heads/main"),
                                  std::string("topic"),
                                  std::string("123"),
                                  std::string(40, 'a'),
                                  std::string(41, 'a'),
                                  std::string("abcdef0123"),
                                  std::string("v1.0-1-g") + root,
                                  std::string("x-g") + root,
                                  std::string("*"),
                                  std::string("main\0", 5),
                                  std::string("../HEAD"),
                                  std::string("main."),
                                  std::string("FETCH_HEAD"),
                                  std::string("index"),
                                  lines(git({"rev-parse", "HEAD^{tree}"})).front()})
    EXPECT_EQ(repository.resolve(name), std::nullopt) << name;
  EXPECT_EQ(repository.resolve("main"), rich.tip);
}

TEST_F(RefsTest, FindsABranchThatLooksLikeADescription) {
  const RichRepository rich = make_rich_repository(dir());
  const std::string name = "fix-g" + rich.root.substr(0, 8);
  git({"branch", name, rich.topic});
  Repository repository(dir(), scratch());
  EXPECT_EQ(repository.resolve(name), rich.topic);
}

TEST_F(RefsTest, SeesWhatChangedOutside) {
  make_small_repository(dir());
  Repository repository(dir(), scratch());
  EXPECT_EQ(repository.resolve("late"), std::nullopt);
  const std::string id = commit_files(dir(), "Late", {{"late.txt", "late"}});
  git({"branch", "late"});
  EXPECT_EQ(repository.resolve("late"), id);
  EXPECT_EQ(repository.resolve("main"), id);
  EXPECT_EQ(repository.resolve(id), id);
  EXPECT_EQ(repository.resolve(id.substr(0, 9)), id);
  EXPECT_EQ(repository.commits({id}).front().message, "Late");
  const std::string next = commit_files(dir(), "Packed", {{"packed.txt", "packed"}});
  git({"gc", "--quiet"});
  EXPECT_EQ(repository.resolve("main"), next);
  EXPECT_EQ(repository.commits({next}).front().message, "Packed");
  EXPECT_EQ(repository.file(next, "packed.txt").content, "packed");
  EXPECT_EQ(repository.changes(next)->size(), 1U);
  git({"branch", "-D", "late"});
  EXPECT_EQ(repository.resolve("late"), std::nullopt);
}

TEST_F(RefsTest, KnowsTheDefaultBranchOfAnEmptyRepository) {
  init_repository(dir(), true);
  git({"symbolic-ref", "HEAD", "refs/heads/not/yet"});
  Repository repository(dir(), scratch());
  EXPECT_EQ(repository.default_branch(), "refs/heads/not/yet");
  EXPECT_THAT(repository.branches(), IsEmpty());
  EXPECT_THAT(repository.tags(), IsEmpty());
  EXPECT_EQ(repository.resolve("HEAD"), std::nullopt);
  EXPECT_EQ(repository.resolve("not/yet"), std::nullopt);
}

TEST_F(RefsTest, KnowsABranchWhenHeadIsDetached) {
  const RichRepository rich = make_rich_repository(dir());
  git({"checkout", "--quiet", "--detach", rich.topic});
  Repository repository(dir(), scratch());
  EXPECT_EQ(repository.default_branch(), "refs/heads/topic/one");
  EXPECT_EQ(repository.resolve("HEAD"), rich.topic);
  git({"checkout", "--quiet", "--detach", rich.root});
  EXPECT_EQ(repository.default_branch(), "refs/heads/main");
}

TEST_F(RefsTest, TenThousandBranchesAreListed) {
  const SmallRepository small = make_small_repository(dir());
  add_ten_thousand_branches(dir(), small.first);
  Repository repository(dir(), scratch());
  EXPECT_EQ(repository.branches().size(), 10'002U);
}

TEST_F(RefsTest, NamesFollowTheRulesOfGit) {
  for (const char* name :
       {"a",  "a/b",  "-a",   "a.b", "a@b",  "{a}",    "\xC3\xBC", "a.lockb", "",     "/a",
        "a/", "a//b", "a..b", ".a",  "a/.b", "a.lock", "a.lock/b", "a.",      "a b",  "a~",
        "a^", "a:",   "a?",   "a*",  "a[",   "a\\",    "a@{b",     "@",       "a\tb", "a\x7f"})
    EXPECT_EQ(
        is_ref_name(name),
        try_git(temp.path(), {"check-ref-format", "refs/heads/" + std::string(name)}).status == 0 &&
            std::string(name) != "@")
        << name;
}

}  // namespace
}  // namespace bitbucket::inline v0_1::testing::git
