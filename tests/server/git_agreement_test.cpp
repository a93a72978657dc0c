// Compares what the client shows of a repository with what plain git says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/signed_client.hpp"

namespace bitbucket::test {
namespace {

using bitbucket::test_support::lines;
using bitbucket::test_support::nul_fields;
using bitbucket::test_support::run_git;
using server_test::samples;

const RepoRef rich{"PRJ", "rich"};

std::filesystem::path path_of(const RepoRef& repo) {
  const auto folder = samples().folder / repo.project;
  const auto bare = folder / (repo.slug + ".git");
  return std::filesystem::exists(bare) ? bare : folder / repo.slug;
}

std::vector<std::string> git_lines(const RepoRef& repo, std::vector<std::string> args) {
  return lines(run_git(path_of(repo), args));
}

class GitAgreementTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    // Users without addresses: an author who is mapped to a user carries the user's name, not
    // git's.
    testing::GitServerOptions options = server_test::options();
    for (testing::GitServerUser& user : options.users) user.email.clear();
    server_ = signed_server(std::move(options));
    client_.emplace(signed_options(*server_));
  }
  static void TearDownTestSuite() {
    client_.reset();
    server_.reset();
  }
  static const BitbucketServer& client() { return *client_; }
  static void compare_changes(const RepoRef& repo, const std::string& commit);

 private:
  static inline std::unique_ptr<testing::GitServer> server_;
  static inline std::optional<BitbucketServer> client_;
};

std::vector<std::string> ids(Paged<Commit> commits) {
  std::vector<std::string> out;
  for (const Commit& commit : commits) out.push_back(commit.id);
  return out;
}

TEST_F(GitAgreementTest, CommitsAreThoseOfRevList) {
  using Merges = CommitFilter::Merges;
  const auto& r = samples().rich;
  const std::vector<std::pair<Merges, std::vector<std::string>>> filters = {
      {Merges::include, {}}, {Merges::exclude, {"--no-merges"}}, {Merges::only, {"--merges"}}};
  for (const auto& [merges, options] : filters)
    for (const std::string& since :
         {std::string(), r.root, r.merge, std::string("v1.0"), std::string("topic/one")})
      for (const std::string& until :
           {std::string("main"), r.octopus, std::string("v2.0"), std::string("release/3")}) {
        std::vector<std::string> args = {"rev-list"};
        args.insert(args.end(), options.begin(), options.end());
        args.push_back(until);
        if (!since.empty()) args.push_back("^" + since);
        EXPECT_EQ(
            ids(client().commits.list(rich, {.since = since, .until = until, .merges = merges})),
            git_lines(rich, args))
            << since << ".." << until;
      }
}

TEST_F(GitAgreementTest, CommitsOfAPathAreThoseOfRevList) {
  std::vector<std::string> paths =
      nul_fields(run_git(path_of(rich), {"ls-tree", "-r", "-z", "--name-only", "main"}));
  for (const char* more : {"src", "lib", "lib/new.cpp", "src/old.cpp", "vendor/dep"})
    paths.emplace_back(more);
  for (const std::string& path : paths)
    EXPECT_EQ(ids(client().commits.list(rich, {.until = "main", .path = path})),
              git_lines(rich, {"--literal-pathspecs", "rev-list", "main", "--", path}))
        << path;
  EXPECT_EQ(ids(client().commits.list(
                rich, {.until = "main", .path = "lib/new.cpp", .follow_renames = true})),
            git_lines(rich, {"log", "--follow", "--format=%H", "main", "--", "lib/new.cpp"}));
}

/// Expects a commit, or a parent in an answer, to match `git log`.
template <class AnyCommit>
void expect_what_git_log_says(const AnyCommit& commit, const Person& author,
                              const Person& committer) {
  const auto fields = nul_fields(
      run_git(path_of(rich),
              {"log", "-1", "--encoding=UTF-8",
               "--format=%H%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B%x00", commit.id}));
  ASSERT_GE(fields.size(), 8u);
  const auto time = [&](std::size_t i) {
    return Timestamp(std::chrono::seconds(std::stoll(fields[i])));
  };
  EXPECT_EQ(commit.id, fields[0]);
  EXPECT_TRUE(commit.id.starts_with(commit.display_id));
  EXPECT_GE(commit.display_id.size(), 7u);
  EXPECT_EQ(author.name, fields[1]);
  EXPECT_EQ(author.email_address, fields[2]);
  EXPECT_EQ(commit.author_timestamp, time(3));
  EXPECT_EQ(committer.name, fields[4]);
  EXPECT_EQ(committer.email_address, fields[5]);
  EXPECT_EQ(commit.committer_timestamp, time(6));
  std::string message = fields[7];
  while (message.ends_with('\n')) message.pop_back();
  EXPECT_EQ(commit.message, message);
}

std::string ids_of_parents(const Commit& commit) {
  std::string out;
  for (const MinimalCommit& parent : commit.parents) out += (out.empty() ? "" : " ") + parent.id;
  return out;
}

TEST_F(GitAgreementTest, CommitsSayWhatGitLogSays) {
  for (const Commit& commit : client().commits.list(rich, {.until = "main"})) {
    SCOPED_TRACE(commit.id);
    expect_what_git_log_says(commit, commit.author, commit.committer);
    EXPECT_EQ(ids_of_parents(commit),
              git_lines(rich, {"log", "-1", "--format=%P", commit.id}).at(0));
  }
}

TEST_F(GitAgreementTest, ASingleCommitAndItsParentsSayWhatGitLogSays) {
  std::size_t parents = 0;
  for (const std::string& id : git_lines(rich, {"rev-list", "main"})) {
    SCOPED_TRACE(id);
    const Commit commit = client().commits.get(rich, id);
    expect_what_git_log_says(commit, commit.author, commit.committer);
    EXPECT_EQ(ids_of_parents(commit), git_lines(rich, {"log", "-1", "--format=%P", id}).at(0));
    for (const MinimalCommit& parent : commit.parents) {
      ASSERT_TRUE(parent.author && parent.committer) << parent.id;
      expect_what_git_log_says(parent, *parent.author, *parent.committer);
      ++parents;
    }
  }
  EXPECT_GT(parents, 10u);
}

/// Returns a change in the format of `git diff-tree --raw`.
std::string in_gits_words(const Change& change) {
  static const std::map<ChangeType, char> letters = {{ChangeType::add, 'A'},
                                                     {ChangeType::copy, 'C'},
                                                     {ChangeType::del, 'D'},
                                                     {ChangeType::modify, 'M'},
                                                     {ChangeType::move, 'R'}};
  const char letter = letters.at(change.type);
  std::string out(1, letter);
  if (letter == 'R' || letter == 'C') out += std::to_string(change.percent_unchanged);
  out += change.executable ? " x" : " -";
  out += change.node_type == NodeType::submodule ? "s " : "f ";
  if (change.src_path) out += change.src_path->str() + " -> ";
  return out + change.path.str();
}

std::vector<std::string> changes_by_git(const RepoRef& repo, const std::string& commit) {
  std::vector<std::string> args = {"diff-tree", "--no-commit-id", "--root", "-r", "-M", "-C", "-z"};
  const auto parents = git_lines(repo, {"log", "-1", "--format=%P", commit});
  if (!parents.empty() && !parents[0].empty()) args.push_back(parents[0].substr(0, 40));
  args.push_back(commit);
  const auto fields = nul_fields(run_git(path_of(repo), args));
  std::vector<std::string> out;
  for (std::size_t i = 0; i < fields.size();) {
    const std::string& head = fields[i++];  // :100644 100644 id id R096
    char status = head[head.rfind(' ') + 1];
    const std::string mode = status == 'D' ? head.substr(1, 6) : head.substr(8, 6);
    std::string line(1, status == 'T' ? 'M' : status);
    if (status == 'R' || status == 'C')
      line += std::to_string(std::stoi(head.substr(head.rfind(' ') + 2)));
    line += mode == "100755" ? " x" : " -";
    line += mode == "160000" ? "s " : "f ";
    if (status == 'R' || status == 'C') line += fields[i++] + " -> ";
    out.push_back(line + fields[i++]);
  }
  return out;
}

void GitAgreementTest::compare_changes(const RepoRef& repo, const std::string& commit) {
  std::vector<std::string> mine;
  for (const Change& change : client().commits.changes(repo, commit))
    mine.push_back(in_gits_words(change));
  std::vector<std::string> expected = changes_by_git(repo, commit);
  std::sort(mine.begin(), mine.end());
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(mine, expected) << commit;
}

TEST_F(GitAgreementTest, ChangesAreThoseOfDiffTree) {
  const auto all = git_lines(rich, {"rev-list", "--all"});
  ASSERT_GT(all.size(), 15u);
  for (const std::string& commit : all) compare_changes(rich, commit);
}

TEST_F(GitAgreementTest, ACommitOfManyFilesComesInPages) {
  const RepoRef wide{"BIG", "wide"};
  compare_changes(wide, samples().wide.root);
  compare_changes(wide, samples().wide.second);
}

TEST_F(GitAgreementTest, ALongHistoryIsWalkedPageByPage) {
  const RepoRef repo{"BIG", "long"};
  EXPECT_EQ(ids(client().with({.paging = {.page_size = 100}}).commits.list(repo)),
            git_lines(repo, {"rev-list", "HEAD"}));
  const auto last = client().commits.last(repo, 7);
  ASSERT_EQ(last.size(), 7u);
  EXPECT_EQ(last[0].id, samples().long_tip);
}

TEST_F(GitAgreementTest, TheWalkIsTheSameOverShortAndEmptyPages) {
  const RepoRef repo{"BIG", "long"};
  const auto expected = git_lines(repo, {"rev-list", "HEAD"});
  testing::GitServerOptions options = server_test::options();
  options.max_commits_limit = 100;
  options.short_pages = 37;
  options.empty_pages = 3;
  const auto server = signed_server(options);
  const BitbucketServer awkward(signed_options(*server));
  EXPECT_EQ(ids(awkward.commits.list(repo)), expected);
  EXPECT_EQ(awkward.commits.last(repo, 90).size(), 90u);
}

TEST_F(GitAgreementTest, BranchesAndTagsAreThoseOfForEachRef) {
  std::vector<std::string> branches;
  for (const Branch& branch :
       client().branches.list(rich, {.order_by = BranchFilter::Order::alphabetical})) {
    branches.push_back(branch.id + ' ' + branch.latest_commit);
    EXPECT_EQ(branch.is_default, branch.display_id == "main");
  }
  EXPECT_EQ(branches,
            git_lines(rich, {"for-each-ref", "--format=%(refname) %(objectname)", "refs/heads"}));
  EXPECT_EQ(client().branches.get_default(rich)->display_id, "main");
  for (const Tag& tag : client().tags.list(rich)) {
    EXPECT_EQ(tag.latest_commit, git_lines(rich, {"rev-parse", tag.id + "^{commit}"}).at(0));
    const std::string object = git_lines(rich, {"rev-parse", tag.id}).at(0);
    EXPECT_EQ(tag.hash.value_or(tag.latest_commit), object);
  }
  EXPECT_EQ(client().tags.list(rich, {.filter_text = "v1"}).to_vector().at(0).hash, std::nullopt);
}

TEST_F(GitAgreementTest, FilesAreThoseOfCatFile) {
  const auto paths =
      nul_fields(run_git(path_of(rich), {"ls-tree", "-r", "-z", "--name-only", "main"}));
  std::size_t compared = 0;
  for (const std::string& path : paths) {
    if (path.starts_with("vendor/")) continue;  // a submodule has no bytes here
    if (path.find('\\') != std::string::npos) {
      // Tomcat refuses an encoded backslash, so Bitbucket cannot serve such a file.
      EXPECT_THROW((void)client().files.raw(rich, path, "main"), ApiError) << path;
      continue;
    }
    const std::string expected = run_git(path_of(rich), {"cat-file", "blob", "main:" + path});
    EXPECT_EQ(client().files.raw(rich, path, "main"), expected) << path;
    std::string streamed;
    client().files.raw(rich, path, "refs/heads/main",
                       [&](std::string_view bytes) { streamed += bytes; });
    EXPECT_EQ(streamed, expected) << path;
    ++compared;
  }
  EXPECT_GT(compared, 10u);
}

TEST_F(GitAgreementTest, ManyThreadsReadTheSame) {
  const RepoRef repo{"BIG", "long"};
  const auto commits = client().commits.last(repo, 60);
  const auto files =
      client().concurrently(commits,
                            [&](const BitbucketServer& c, const Commit& commit) {
                              return c.commits.changes(repo, commit.id).to_vector().size();
                            },
                            {.max = 8});
  ASSERT_EQ(files.size(), 60u);
  for (std::size_t i = 0; i < files.size(); ++i)
    EXPECT_EQ(files[i], changes_by_git(repo, commits[i].id).size());
}

}  // namespace
}  // namespace bitbucket::test
