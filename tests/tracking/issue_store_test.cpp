#include "tracking/issue_fixture.hpp"

namespace bitbucket::test {
namespace {

class IssueStoreTest : public IssueTest {};
INSTANTIATE_TEST_SUITE_P(Products, IssueStoreTest, both_products(), name_of);

TEST_P(IssueStoreTest, LinksACommitOnceAndDoesNotResolveItsIssues) {
  const auto first = commit("c1", Issues{"B-2", "A-1", "A-1"});
  push({first});
  push({first});
  EXPECT_EQ(store_->issues.of_commit("10", "c1"), (Issues{"A-1", "B-2"}));
  EXPECT_EQ(store_->issues.of_commit("10", "c2"), Issues{});
  EXPECT_EQ(store_->issues.of_commit("11", "c1"), Issues{});
  EXPECT_EQ(resolution("A-1"), "open");
  EXPECT_EQ(events(),
            (Texts{"referenced A-1 c1 mia@example.com", "referenced B-2 c1 mia@example.com"}));
  EXPECT_EQ(database_.query("SELECT count(*) FROM issue_events"), "0\n");
}

TEST_P(IssueStoreTest, ResolvesAnIssueWithItsCommitWhenThePolicySaysSo) {
  push({commit("c1", Issues{"A-1"}), commit("c2", Issues{"A-1"})}, ResolvePolicy::on_commit);
  EXPECT_EQ(resolution("A-1"), "in_commit c1 mia@example.com");
  EXPECT_EQ(events(),
            (Texts{"referenced A-1 c1 mia@example.com", "referenced A-1 c2 mia@example.com",
                   "resolved A-1 c1 mia@example.com"}));
  store_->issues.reopen("A-1");
  push({commit("c1", Issues{"A-1"})}, ResolvePolicy::on_commit);
  EXPECT_EQ(resolution("A-1"), "open") << "the link is not new";
  push({commit("c3", Issues{"A-1"})}, ResolvePolicy::on_commit);
  EXPECT_EQ(resolution("A-1"), "in_commit c3 mia@example.com");
}

TEST_P(IssueStoreTest, AReleaseTakesOverFromTheCommit) {
  const auto first = commit("c1", Issues{"A-1"});
  push({first}, ResolvePolicy::on_commit);
  (void)events();
  release("1.0.0", {first});
  EXPECT_EQ(resolution("A-1"), "in_release 1.0.0 c1 mia@example.com");
  EXPECT_EQ(events(), Texts{"resolved A-1 1.0.0 c1 mia@example.com"});
}

TEST_P(IssueStoreTest, ResolvesTheIssuesOfAReleaseByItsNewestCommit) {
  auto anonymous = commit("c3", Issues{"B-2"});
  anonymous.author_email.reset();
  anonymous.author_name.reset();
  const std::vector<CommitInput> commits = {commit("c1", Issues{"A-1"}),
                                            commit("c2", Issues{"A-1"}), anonymous};
  release("1.0.0", commits);
  EXPECT_EQ(resolution("A-1"), "in_release 1.0.0 c2 mia@example.com");
  EXPECT_EQ(resolution("B-2"), "in_release 1.0.0 c3");
  EXPECT_EQ(store_->issues.of_release("1.0.0"), (Issues{"A-1", "B-2"}));
  EXPECT_EQ(events().size(), 5U);
  const auto before = store_->issues.resolution("A-1");
  release("1.0.0", commits);
  EXPECT_EQ(events(), Texts{}) << "nothing has changed";
  EXPECT_EQ(store_->issues.resolution("A-1"), before);
}

TEST_P(IssueStoreTest, ALinkOfTheServiceItselfCountsAtTheReleaseToo) {
  push({commit("c1", Issues{"A-1"})});
  release("1.0.0", {{.external_id = "10", .id = "c1"}});
  EXPECT_EQ(resolution("A-1"), "in_release 1.0.0 c1 mia@example.com");
}

TEST_P(IssueStoreTest, AnotherReleaseTakesOver) {
  const auto first = commit("c1", Issues{"A-1"});
  release("1.0.0", {first});
  (void)events();
  release("2.0.0", {first});
  EXPECT_EQ(resolution("A-1"), "in_release 2.0.0 c1 mia@example.com");
  EXPECT_EQ(events(), Texts{"resolved A-1 2.0.0 c1 mia@example.com"});
}

TEST_P(IssueStoreTest, ReopensAnIssueWhenItsCommitNoLongerResolvesIt) {
  release("1.0.0", {commit("c1", Issues{"A-1", "B-2"})});
  (void)events();
  release("1.0.0", {commit("c1", Issues{"B-2"})});
  EXPECT_EQ(resolution("A-1"), "open");
  EXPECT_EQ(resolution("B-2"), "in_release 1.0.0 c1 mia@example.com");
  EXPECT_EQ(store_->issues.of_commit("10", "c1"), Issues{"B-2"});
  EXPECT_EQ(events(),
            (Texts{"unlinked A-1 c1 mia@example.com", "reopened A-1 1.0.0 c1 mia@example.com"}));
}

TEST_P(IssueStoreTest, AnotherCommitOfTheReleaseTakesThePlaceOfTheOneThatDoesNotResolveAnyMore) {
  const auto first = commit("c1", Issues{"A-1"});
  release("1.0.0", {first, commit("c2", Issues{"A-1"})});
  (void)events();
  release("1.0.0", {first, commit("c2", Issues{})});
  EXPECT_EQ(resolution("A-1"), "in_release 1.0.0 c1 mia@example.com");
  EXPECT_EQ(events(), Texts{"unlinked A-1 c2 mia@example.com"});
}

TEST_P(IssueStoreTest, ACommitOfAnotherReleaseDoesNotTakeThePlace) {
  release("1.0.0", {commit("c1", Issues{"A-1"})});
  release("2.0.0", {commit("c2", Issues{"A-1"})});
  release("2.0.0", {commit("c2", Issues{})});
  EXPECT_EQ(resolution("A-1"), "open");
}

TEST_P(IssueStoreTest, AnIssueThatSomethingElseResolvedStaysResolved) {
  const auto first = commit("c1", Issues{"A-1"});
  push({first});
  release("1.0.0", {commit("c2", Issues{"A-1", "B-2"})});
  store_->issues.resolve_in_next_release("B-2");
  release("2.0.0", {commit("c1", Issues{})});
  EXPECT_EQ(resolution("A-1"), "in_release 1.0.0 c2 mia@example.com");
  release("1.0.0", {commit("c2", Issues{"A-1"})});
  EXPECT_EQ(resolution("B-2"), "in_release 2.0.0") << "a person resolved it";
}

TEST_P(IssueStoreTest, APullRequestResolvesItsIssuesWithItsMergeCommit) {
  push({commit("c1"), commit("c2")});
  const PullRequestLink merged = {.external_id = "10",
                                  .number = 7,
                                  .merge_commit = "c1",
                                  .author = CommitAuthor{.name = "Ada", .email = "Ada@example.com"},
                                  .issues = {"A-1"}};
  PullRequestLink open = merged;
  open.merge_commit.clear();
  store_->issues.set_pull_request(open);
  EXPECT_EQ(events(), Texts{"referenced A-1 #7 ada@example.com"});
  store_->issues.set_pull_request(merged);
  store_->issues.set_pull_request(merged);
  EXPECT_EQ(events(), Texts{});
  release("1.0.0", {{.external_id = "10", .id = "c2"}});
  EXPECT_EQ(resolution("A-1"), "open");
  release("2.0.0", {{.external_id = "10", .id = "c1"}});
  EXPECT_EQ(resolution("A-1"), "in_release 2.0.0 c1 ada@example.com");
  EXPECT_EQ(store_->issues.of_release("2.0.0"), Issues{"A-1"});
  EXPECT_EQ(events(), Texts{"resolved A-1 2.0.0 c1 ada@example.com"});
}

TEST_P(IssueStoreTest, ThePullRequestOfAnotherRepositoryDoesNotCount) {
  attach("11", "PRJ/other");
  store_->issues.set_pull_request(
      {.external_id = "11", .number = 7, .merge_commit = "c1", .issues = {"A-1"}});
  release("1.0.0", {commit("c1")});
  EXPECT_EQ(resolution("A-1"), "open");
}

TEST_P(IssueStoreTest, APullRequestThatComesAfterItsReleaseResolvesItsIssues) {
  release("1.0.0", {commit("c1")});
  release("2.0.0", {commit("c2", Issues{"B-2"})});
  (void)events();
  store_->issues.set_pull_request(
      {.external_id = "10", .number = 7, .merge_commit = "c1", .issues = {"A-1", "B-2"}});
  EXPECT_EQ(resolution("A-1"), "in_release 1.0.0 c1");
  EXPECT_EQ(resolution("B-2"), "in_release 2.0.0 c2 mia@example.com");
  EXPECT_EQ(events(),
            (Texts{"referenced A-1 c1 #7", "referenced B-2 c1 #7", "resolved A-1 1.0.0 c1"}));
}

TEST_P(IssueStoreTest, APullRequestThatNoLongerResolvesAnIssueReopensIt) {
  PullRequestLink link = {
      .external_id = "10", .number = 7, .merge_commit = "c1", .issues = {"A-1", "B-2"}};
  store_->issues.set_pull_request(link);
  release("1.0.0", {commit("c1", Issues{"B-2"})});
  (void)events();
  link.issues = {};
  store_->issues.set_pull_request(link);
  EXPECT_EQ(resolution("A-1"), "open");
  EXPECT_EQ(resolution("B-2"), "in_release 1.0.0 c1 mia@example.com") << "the commit says so too";
  EXPECT_EQ(events(), (Texts{"unlinked A-1 c1 #7", "unlinked B-2 c1 #7",
                             "reopened A-1 1.0.0 c1 mia@example.com"}));
}

TEST_P(IssueStoreTest, TheNextReleaseResolvesWhatWaitsForIt) {
  store_->issues.resolve_in_next_release("A-1");
  EXPECT_EQ(resolution("A-1"), "in_next_release");
  create("1.0.0", 10);
  EXPECT_EQ(resolution("A-1"), "in_release 1.0.0");
  store_->issues.resolve_in_next_release("A-1");
  EXPECT_EQ(resolution("A-1"), "in_next_release 1.0.0");
  create("0.9.1", 20);
  EXPECT_EQ(resolution("A-1"), "in_next_release 1.0.0") << "an older version";
  create("nightly", 5);
  EXPECT_EQ(resolution("A-1"), "in_next_release 1.0.0") << "an older date";
  create("1.0.1", 3);
  EXPECT_EQ(resolution("A-1"), "in_release 1.0.1");
  EXPECT_EQ(events(),
            (Texts{"resolved A-1", "resolved A-1 1.0.0", "resolved A-1", "resolved A-1 1.0.1"}));
}

TEST_P(IssueStoreTest, AReleaseWithACommitReplacesWaitingForTheNextOne) {
  create("1.0.0", 10);
  store_->issues.resolve_in_next_release("A-1");
  release("0.9.0", {commit("c1", Issues{"A-1"})});
  EXPECT_EQ(resolution("A-1"), "in_release 0.9.0 c1 mia@example.com");
}

TEST_P(IssueStoreTest, TheReleaseAfterAnOldOneIsKnown) {
  for (const char* version : {"1.0.0", "3.0.0", "2.0.0"}) create(version, 10);
  store_->issues.resolve_in_next_release("A-1", "1.0.0");
  EXPECT_EQ(resolution("A-1"), "in_release 2.0.0");
  EXPECT_THROW(store_->issues.resolve_in_next_release("B-2", "4.0.0"), InvalidArgument);
  EXPECT_EQ(resolution("B-2"), "open");
}

TEST_P(IssueStoreTest, OpensAnIssueByHandOnce) {
  release("1.0.0", {commit("c1", Issues{"A-1"})});
  (void)events();
  store_->issues.reopen("A-1");
  store_->issues.reopen("A-1");
  EXPECT_EQ(resolution("A-1"), "open");
  EXPECT_EQ(events(), Texts{"reopened A-1 1.0.0"});
}

TEST_P(IssueStoreTest, RefusesKeysThatBothProductsCannotStore) {
  std::string longest, accent = "\xc3\xa9";
  for (int i = 0; i < 200; ++i) longest += accent;
  push({commit("c1", Issues{longest})});
  EXPECT_EQ(store_->issues.of_commit("10", "c1"), Issues{longest});
  (void)events();
  for (const std::string& issue :
       {std::string(), longest + "x", std::string("A\0B", 3), std::string("\xff")}) {
    EXPECT_THROW(push({commit("c2", Issues{issue})}), InvalidArgument);
    EXPECT_THROW(
        store_->issues.set_pull_request({.external_id = "10", .number = 1, .issues = {issue}}),
        InvalidArgument);
    EXPECT_THROW(store_->issues.reopen(issue), InvalidArgument);
    EXPECT_THROW((void)store_->issues.has_resolution(issue, ""), InvalidArgument);
  }
  EXPECT_THROW(store_->issues.set_pull_request({.external_id = "404", .number = 1}),
               InvalidArgument);
  EXPECT_THROW(store_->issues.set_pull_request({.external_id = "10", .number = 0}),
               InvalidArgument);
  EXPECT_EQ(events(), Texts{});
}

TEST_P(IssueStoreTest, AnAbsurdTimeOfACommitDoesNotMatter) {
  CommitInput first = commit("a", Issues{"I"}), second = commit("b", Issues{"I"});
  first.timestamp = Timestamp::min();
  push({first, second}, ResolvePolicy::on_commit);
  const std::string before = resolution("I");
  (before.starts_with("in_commit a") ? first : second).issues = Issues{};
  store_->releases.set_commits({.version = "1"}, each_of({first, second}));
  EXPECT_NE(resolution("I"), before);
}

}  // namespace
}  // namespace bitbucket::test
