// What a source of commits says of repositories, compared with plain git.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <bitbucket/error.hpp>
#include <bitbucket/integration/commit_source.hpp>
#include <bitbucket/server.hpp>

#include "support/history_builder.hpp"
#include "testing/server_fixture.hpp"

namespace bitbucket::test {
namespace {

using bitbucket::test_support::lines;
using bitbucket::test_support::nul_fields;
using bitbucket::test_support::run_git;
using server_test::samples;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const RepoRef kRich{"PRJ", "rich"}, kWide{"BIG", "wide"}, kLong{"BIG", "long"};
const std::string zeros(40, '0');

std::filesystem::path folder_of(const RepoRef& repo) {
  const auto folder = samples().folder / repo.project;
  const auto bare = folder / (repo.slug + ".git");
  return std::filesystem::exists(bare) ? bare : folder / repo.slug;
}

std::vector<std::string> git_lines(const RepoRef& repo, const std::vector<std::string>& args) {
  return lines(run_git(folder_of(repo), args));
}

class CommitSourceTest : public ::testing::Test {
 protected:
  void serve(testing::GitServerOptions options) {
    // An author who is a user has the user's name, not git's.
    for (testing::GitServerUser& user : options.users) user.email.clear();
    server_ = server_test::serve(std::move(options));
    ClientOptions client{.base_url = server_->base_url(), .credentials = BearerToken{"ann-token"}};
    client.connection.retry.max_attempts = 1;
    client.paging.page_size = 7;  // the source has its own
    source_ = make_commit_source(BitbucketServer(client));
  }
  void SetUp() override { serve(server_test::options()); }

  std::vector<SourceCommit> commits(const RepoRef& repo, const CommitRange& range) const {
    std::vector<SourceCommit> out;
    source_->visit_commits(repo, range, [&](SourceCommit&& commit) {
      out.push_back(std::move(commit));
      return true;
    });
    return out;
  }
  std::vector<std::string> ids(const RepoRef& repo, const CommitRange& range) const {
    std::vector<std::string> out;
    for (SourceCommit& commit : commits(repo, range)) out.push_back(std::move(commit.id));
    return out;
  }
  std::size_t requests(const RepoRef& repo, const std::string& what) const {
    return server_->request_count("GET /rest/api/1.0/projects/" + repo.project + "/repos/" +
                                  repo.slug + '/' + what);
  }
  void misbehave(const std::string& what, int first, testing::Fault fault) {
    server_->misbehave({.path = "/rest/api/1.0/projects/{project}/repos/{repo}/" + what,
                        .first = first,
                        .times = 0,
                        .fault = std::move(fault)});
  }

  std::unique_ptr<testing::GitServer> server_;
  std::shared_ptr<CommitSource> source_;
};

TEST_F(CommitSourceTest, CommitsOfARangeAreThoseOfRevList) {
  const auto& r = samples().rich;
  // `topic2` is not an ancestor of most of these, as after a forced push.
  for (const std::string& since :
       {std::string(), zeros, std::string(64, '0'), r.root, r.topic2, r.unrelated, r.tip,
        std::string("v2.0"), std::string("topic/one")})
    for (const std::string& until : {r.tip, std::string("topic/two"), std::string("release/3")})
      for (const bool merges : {false, true}) {
        std::vector<std::string> args = {"rev-list", until};
        if (!merges) args.emplace_back("--no-merges");
        if (!since.starts_with("0000") && !since.empty()) args.push_back('^' + since);
        EXPECT_EQ(ids(kRich, {.since = since, .until = until, .include_merges = merges}),
                  git_lines(kRich, args))
            << since << ".." << until;
      }
  EXPECT_EQ(ids(kRich, {}), git_lines(kRich, {"rev-list", "--no-merges", "main"}));
}

TEST_F(CommitSourceTest, ACommitIsWhatGitLogShows) {
  const auto fields =
      nul_fields(run_git(folder_of(kRich), {"log", "--encoding=UTF-8", "-z",
                                            "--format=%H%x00%an%x00%ae%x00%at%x00%B", "main"}));
  std::vector<SourceCommit> expected;
  for (std::size_t i = 0; i + 5 <= fields.size(); i += 5) {
    std::string message = fields[i + 4];
    while (message.ends_with('\n')) message.pop_back();
    expected.push_back({.id = fields[i],
                        .message = message,
                        .author_name = fields[i + 1],
                        .author_email = fields[i + 2],
                        .timestamp = Timestamp(std::chrono::seconds(std::stoll(fields[i + 3])))});
  }
  ASSERT_GT(expected.size(), 15u);
  EXPECT_EQ(commits(kRich, {.until = "main", .include_merges = true}), expected);
}

TEST_F(CommitSourceTest, AThousandCommitsTakeOneRequest) {
  const auto all = git_lines(kLong, {"rev-list", "main"});
  ASSERT_EQ(all.size(), 2500u);
  for (const auto& [wanted, expected] :
       {std::pair(1, 1u), {999, 1u}, {1000, 1u}, {1001, 2u}, {2000, 2u}, {2001, 3u}, {2500, 3u}}) {
    server_->clear_requests();
    const auto end = all.begin() + wanted;
    EXPECT_EQ(ids(kLong, {.since = wanted < 2500 ? *end : zeros, .until = all.front()}),
              std::vector<std::string>(all.begin(), end));
    EXPECT_EQ(requests(kLong, "commits"), expected) << wanted;
    EXPECT_THAT(server_->requests(), SizeIs(expected)) << wanted;
  }
  server_->clear_requests();
  EXPECT_THAT(ids(kLong, {.since = all[2000], .until = "main"}), SizeIs(2000));
  EXPECT_EQ(requests(kLong, "commits"), 1u + 2u);
}

TEST_F(CommitSourceTest, APushBetweenTwoPagesMovesNothing) {
  const test_support::TempDir dir;
  const auto moving = dir / "moving.git";
  test_support::append_history(moving, {.commits = 25});
  const auto expected = lines(run_git(moving, {"rev-list", "main"}));
  testing::GitServerOptions options = server_test::options();
  options.short_pages = 10;
  serve(options);
  server_->add_repository("PRJ", "moving", moving);
  std::vector<std::string> seen;
  source_->visit_commits({"PRJ", "moving"}, {.until = "main"}, [&](SourceCommit&& commit) {
    if (seen.empty()) test_support::append_history(moving, {.commits = 5, .first = 25});
    seen.push_back(std::move(commit.id));
    return true;
  });
  EXPECT_EQ(seen, expected);
  EXPECT_THAT(ids({"PRJ", "moving"}, {.since = expected.front(), .until = "main"}), SizeIs(5));
}

TEST_F(CommitSourceTest, AWalkEndsWhenTheVisitorSaysSo) {
  std::size_t seen = 0;
  source_->visit_commits(kLong, {.until = samples().long_tip},
                         [&](SourceCommit&&) { return ++seen < 1000; });
  EXPECT_EQ(seen, 1000u);
  EXPECT_LE(requests(kLong, "commits"), 2u);  // the second page was requested ahead
}

TEST_F(CommitSourceTest, ADeletedBranchIsRefusedBeforeAnythingIsSent) {
  EXPECT_THROW(commits(kRich, {.until = zeros}), InvalidArgument);
  EXPECT_THROW(commits(kRich, {.since = "v1.0", .until = std::string(64, '0')}), InvalidArgument);
  EXPECT_THAT(server_->requests(), IsEmpty());
}

TEST_F(CommitSourceTest, AnUnknownEndOfARangeIsNotFound) {
  const std::string unknown(40, 'd');
  for (const CommitRange& range :
       {CommitRange{.since = unknown, .until = samples().rich.tip},
        CommitRange{.since = "no-such-tag", .until = samples().rich.tip},
        CommitRange{.until = unknown}, CommitRange{.until = "no-such-branch"}}) {
    try {
      (void)commits(kRich, range);
      ADD_FAILURE() << range.since << ".." << range.until;
    } catch (const ApiError& error) {
      EXPECT_TRUE(error.is_not_found());
    }
  }
  EXPECT_THROW(commits({"PRJ", "no-such-repository"}, {}), ApiError);
}

TEST_F(CommitSourceTest, AnEmptyRepositoryHasNoCommitsAndNoHeads) {
  EXPECT_THAT(commits({"PRJ", "empty"}, {}), IsEmpty());
  EXPECT_THAT(commits({"PRJ", "empty"}, {.since = zeros}), IsEmpty());
  EXPECT_THAT(source_->heads({"PRJ", "empty"}), IsEmpty());
  EXPECT_THROW(commits({"PRJ", "empty"}, {.until = "main"}), ApiError);
}

/// Returns each path with A, D or M; git itself takes moves and copies apart.
std::set<std::string> files_by_git(const RepoRef& repo, const std::string& commit) {
  std::vector<std::string> args = {"diff-tree", "--no-commit-id", "--root",       "-r",
                                   "-z",        "--no-renames",   "--name-status"};
  const auto parents = git_lines(repo, {"log", "-1", "--format=%P", commit});
  if (!parents.empty() && !parents[0].empty()) args.push_back(parents[0].substr(0, 40));
  args.push_back(commit);
  const auto fields = nul_fields(run_git(folder_of(repo), args));
  std::set<std::string> out;
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2)
    out.insert((fields[i] == "T" ? "M" : fields[i]) + ' ' + fields[i + 1]);
  return out;
}

TEST_F(CommitSourceTest, FilesAreThoseOfDiffTree) {
  std::vector<std::string> all = git_lines(kRich, {"rev-list", "--all"});
  ASSERT_GT(all.size(), 15u);
  all.push_back(all.front());  // one id may come twice
  const auto found = source_->changes(kRich, all);
  ASSERT_EQ(found.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::set<std::string> files;
    for (const FileChange& file : found[i])
      EXPECT_TRUE(files.insert(static_cast<char>(file.type) + (' ' + file.path)).second);
    EXPECT_EQ(files, files_by_git(kRich, all[i])) << all[i];
  }
}

TEST_F(CommitSourceTest, ACommitOfManyFilesComesInPages) {
  const std::vector<std::string> both = {samples().wide.root, samples().wide.second};
  const auto found = source_->changes(kWide, both);
  ASSERT_THAT(found, ElementsAre(SizeIs(3000), SizeIs(4000)));
  EXPECT_EQ(requests(kWide, "commits/" + both[0] + "/changes"), 3u);
  for (std::size_t i = 0; i < both.size(); ++i) {
    std::set<std::string> files;
    for (const FileChange& file : found[i])
      files.insert(static_cast<char>(file.type) + (' ' + file.path));
    EXPECT_EQ(files, files_by_git(kWide, both[i]));
  }
}

TEST_F(CommitSourceTest, ChangesNeedFullIds) {
  EXPECT_THAT(source_->changes(kRich, {}), IsEmpty());
  for (const std::string& bad :
       {std::string(), std::string("main"), samples().rich.tip.substr(0, 39), zeros,
        samples().rich.tip + 'a', std::string(40, 'g'), std::string(40, '.')})
    EXPECT_THROW(source_->changes(kRich, {samples().rich.tip, bad}), InvalidArgument) << bad;
  EXPECT_THAT(server_->requests(), IsEmpty());
  EXPECT_THROW(source_->changes(kRich, {samples().rich.tip, std::string(40, 'd')}), ApiError);
}

TEST_F(CommitSourceTest, HeadsAreThoseOfForEachRef) {
  testing::GitServerOptions options = server_test::options();
  options.short_pages = 2;
  serve(options);
  std::vector<std::string> heads;
  for (const SourceHead& head : source_->heads(kRich))
    heads.push_back(head.ref + ' ' + head.commit);
  ASSERT_GT(heads.size(), 2u);
  EXPECT_EQ(heads,
            git_lines(kRich, {"for-each-ref", "--format=%(refname) %(objectname)", "refs/heads"}));
  EXPECT_GT(requests(kRich, "branches"), 1u);
}

TEST_F(CommitSourceTest, ShortAndEmptyPagesEndNothing) {
  testing::GitServerOptions options = server_test::options();
  options.max_commits_limit = 100;
  options.short_pages = 37;
  options.empty_pages = 3;
  serve(options);
  EXPECT_EQ(ids(kLong, {}), git_lines(kLong, {"rev-list", "main"}));
  EXPECT_THAT(source_->changes(kWide, {samples().wide.second}), ElementsAre(SizeIs(4000)));
}

TEST_F(CommitSourceTest, APageThatFailsIsNotSwallowed) {
  for (const auto& fault :
       {testing::faults::answer(500, {{"Content-Type", "application/json"}}, "{}"),
        testing::faults::answer(404, {}, ""),
        testing::faults::answer(200, {{"Content-Type", "application/json"}}, "{}")}) {
    misbehave("commits", 2, fault);
    std::size_t seen = 0;
    EXPECT_THROW(source_->visit_commits(kLong, {.until = samples().long_tip},
                                        [&](SourceCommit&&) { return ++seen > 0; }),
                 Error);
    EXPECT_EQ(seen, 1000u);
    misbehave("commits/{commit}/changes", 3, fault);
    EXPECT_THROW(source_->changes(kWide, {samples().wide.root}), Error);
    EXPECT_THROW(source_->changes(kRich, git_lines(kRich, {"rev-list", "--all"})), Error);
    misbehave("branches", 1, fault);
    EXPECT_THROW(source_->heads(kRich), Error);
    server_->behave();
  }
}

TEST_F(CommitSourceTest, PassesOnWhatTheVisitorThrows) {
  struct Own {};
  EXPECT_THROW(source_->visit_commits(kRich, {}, [](SourceCommit&&) -> bool { throw Own(); }), Own);
}

}  // namespace
}  // namespace bitbucket::test
