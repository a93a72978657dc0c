// What a tracker stores of pushes, compared with plain git.
#include <gmock/gmock.h>

#include <stdexcept>

#include <bitbucket/error.hpp>

#include "tracking/tracker_fixture.hpp"

namespace bitbucket::test {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class TrackerTest : public TrackerFixture {};
INSTANTIATE_TEST_SUITE_P(Products, TrackerTest, both_products(), name_of);

TEST_P(TrackerTest, StoresTheCommitsOfAPushAndThenTheBranch) {
  const RefsChanged first = push_commits(3), second = push_commits(2);
  const auto recorded = tracker().record_push(first);
  ASSERT_THAT(recorded, SizeIs(1));
  EXPECT_EQ(recorded.at(0).commits, 3);
  EXPECT_EQ(recorded.at(0).added, 3);
  EXPECT_EQ(stored_heads(), main_ + "|" + first.changes[0].to_hash->value + "\n");
  EXPECT_EQ(tracker().record_push(second).at(0).commits, 2);
  EXPECT_EQ(stored_commits(), rev_list({"main"}));
  EXPECT_EQ(stored_heads(), main_ + "|" + tip(main_) + "\n");
}

TEST_P(TrackerTest, APushThatComesTwiceNeedsNoRequest) {
  const RefsChanged first = push_commits(3);
  tracker().record_push(first);
  server_->clear_requests();
  EXPECT_EQ(tracker().record_push(first).at(0).commits, 0);
  EXPECT_THAT(server_->requests(), IsEmpty());
}

TEST_P(TrackerTest, ALatePushDoesNotMoveTheBranchBack) {
  const RefsChanged first = push_commits(3), second = push_commits(2), third = push_commits(1);
  tracker().record_push(first);
  EXPECT_EQ(tracker().record_push(third).at(0).commits, 3);
  tracker().record_push(second);
  EXPECT_EQ(stored_heads(), main_ + "|" + tip(main_) + "\n");
  EXPECT_EQ(stored_commits(), rev_list({"main"}));
}

TEST_P(TrackerTest, AFirstPushAfterOlderCommitsBringsItsOwnAndReconcileTheOthers) {
  push_commits(5);
  const auto recorded = tracker().record_push(push_commits(2));
  EXPECT_EQ(recorded.at(0).commits, 2);
  EXPECT_THAT(stored_commits(), SizeIs(2));
  EXPECT_EQ(stored_heads(), "");
  EXPECT_EQ(tracker().reconcile("1").at(0).added, 5);
  EXPECT_EQ(stored_commits(), rev_list({"main"}));
}

TEST_P(TrackerTest, ANewBranchBringsOnlyWhatLiesBeyondAStoredOne) {
  tracker().record_push(push_commits(5));
  run_git(folder(), {"branch", "same", "main"});
  run_git(folder(), {"branch", "topic", "main~2"});
  server_->clear_requests();
  tracker().record_push(push({change("refs/heads/same", "", tip(main_))}));
  EXPECT_THAT(server_->requests(), IsEmpty());
  RefsChanged topic = push_commits(4, "refs/heads/topic");
  topic.changes[0].from_hash.reset();
  EXPECT_EQ(tracker().record_push(topic).at(0).commits, 4);
  EXPECT_EQ(requests("commits"), 1u);
  EXPECT_EQ(stored_commits(), rev_list({"--branches"}));
}

TEST_P(TrackerTest, ADeletedBranchIsRemovedAndItsCommitsStay) {
  const RefsChanged first = push_commits(3);
  tracker().record_push(first);
  const std::string last = tip(main_);
  const auto recorded = tracker().record_push(push({change(main_, last, std::string(40, '0'))}));
  EXPECT_EQ(recorded.at(0).to, "");
  EXPECT_EQ(stored_heads(), "");
  EXPECT_THAT(stored_commits(), SizeIs(3));
}

TEST_P(TrackerTest, AForcedPushBringsWhatTheBranchDidNotHave) {
  tracker().record_push(push_commits(5));
  const std::string old_tip = tip(main_);
  run_git(folder(), {"update-ref", main_, old_tip + "~3"});
  RefsChanged forced = push_commits(4);
  forced.changes[0].from_hash = old_tip;
  EXPECT_EQ(tracker().record_push(forced).at(0).commits, 4);
  EXPECT_EQ(stored_commits(), rev_list({old_tip, "main"}));
  EXPECT_EQ(stored_heads(), main_ + "|" + tip(main_) + "\n");
}

TEST_P(TrackerTest, ABranchForcedToAnUnrelatedRootBringsItsWholeHistory) {
  tracker().record_push(push_commits(3));
  const std::string before = tip(main_), empty_tree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
  const std::string root = git({"commit-tree", "-m", "nothing is left", empty_tree}).at(0);
  git({"update-ref", main_, root});
  const auto recorded =
      tracker({.files_of_pushes = true}).record_push(push({change(main_, before, root)}));
  EXPECT_EQ(recorded.at(0).commits, 1);
  EXPECT_EQ(stored_commits(), rev_list({before, root}));
  EXPECT_EQ(stored_heads(), main_ + "|" + root + "\n");
  EXPECT_EQ(store_->commits.files("1", root), std::vector<FileChange>{});
}

TEST_P(TrackerTest, ALatePushToARepositoryThatHasNoBranchAnyMoreKeepsWhatIsStored) {
  tracker().record_push(push_commits(2));
  const auto stored = stored_commits();
  const RefsChanged lost = push_commits(1), late = push_commits(1, "refs/heads/topic");
  git({"update-ref", "-d", main_});
  git({"update-ref", "-d", "refs/heads/topic"});
  git({"gc", "-q", "--prune=now"});
  for (const RefsChanged& each : {lost, late}) EXPECT_TRUE(tracker().record_push(each).at(0).gone);
  EXPECT_EQ(stored_commits(), stored);
  ASSERT_THAT(tracker().reconcile("1"), SizeIs(1));
  EXPECT_EQ(stored_heads(), "");
  EXPECT_EQ(stored_commits(), stored);
  tracker().record_push(push_commits(1));  // the first one of a new history
  EXPECT_EQ(stored_heads(), main_ + "|" + tip(main_) + "\n");
}

TEST_P(TrackerTest, ACollectedCommitMakesTheTrackerBeginElsewhere) {
  tracker().record_push(push_commits(5));
  const std::string unknown(40, 'd');
  store_->branches.set("1", {.ref = main_, .commit = unknown});
  RefsChanged next = push_commits(2);
  next.changes[0].from_hash = unknown;
  const auto recorded = tracker().record_push(next);
  EXPECT_EQ(recorded.at(0).commits, 7);
  EXPECT_EQ(recorded.at(0).added, 2);
  const auto gone = tracker().record_push(push({change(main_, tip(main_), unknown)}));
  EXPECT_TRUE(gone.at(0).gone);
  EXPECT_EQ(stored_heads(), main_ + "|" + tip(main_) + "\n");
}

TEST_P(TrackerTest, ANameInPlaceOfACommitHidesNoCommit) {
  tracker().record_push(push_commits(2));
  const std::string first = tip(main_);
  push_commits(1);
  for (const char* name : {"main", "refs/heads/main", "HEAD", "main~1", "12ab", "x\ny"})
    EXPECT_TRUE(tracker().record_push(push({change(main_, first, name)})).at(0).gone) << name;
  EXPECT_EQ(stored_heads(), main_ + "|" + first + "\n");
  push_commits(2);
  tracker().reconcile("1");
  EXPECT_EQ(stored_commits(), rev_list({"main"}));
}

TEST_P(TrackerTest, AMissingRepositoryIsAnErrorAndNotACollectedCommit) {
  store_->repositories->add({.external_id = "9", .name = "PRJ/no", .repo = {"PRJ", "no"}});
  const auto lost = push({change(main_, "", std::string(40, 'a'))}, 9);
  EXPECT_THROW(tracker().record_push(lost), ApiError);
}

TEST_P(TrackerTest, SkipsTagsAndRepositoriesThatAreNotAttached) {
  const RefsChanged first = push_commits(1);
  EXPECT_THAT(tracker().record_push(push({change("refs/tags/v1", "", tip(main_))})), IsEmpty());
  EXPECT_THAT(tracker().record_push(push(first.changes, 77)), IsEmpty());
  EXPECT_THAT(server_->requests(), IsEmpty());
}

TEST_P(TrackerTest, ReportsThatThereAreMoreCommitsThanAllowed) {
  const auto recorded = tracker({.max_commits = 3}).record_push(push_commits(4));
  EXPECT_TRUE(recorded.at(0).capped);
  EXPECT_EQ(stored_commits(), rev_list({"-3", "main"}));
  EXPECT_FALSE(tracker({.max_commits = 3}).record_push(push_commits(3)).at(0).capped);
}

TEST_P(TrackerTest, ALargePushAsksForAtMostOnePageBeyondTheLimit) {
  const RefsChanged pushed = push_commits(5000);
  const auto recorded = tracker({.max_commits = 1500}).record_push(pushed);
  EXPECT_EQ(recorded.at(0).commits, 1500);
  EXPECT_TRUE(recorded.at(0).capped);
  EXPECT_LE(requests("commits"), 3u);  // the client fetches one page ahead
  EXPECT_EQ(stored_commits(), rev_list({"-1500", "main"}));
}

TEST_P(TrackerTest, IgnoredCommitsAreNotStored) {
  append_history(folder(), {.commits = 4, .message = [](std::size_t number) {
                              return number == 2 ? "x #skip-tracking" : "y";
                            }});
  const auto recorded = tracker().record_push(push({change(main_, "", tip(main_))}));
  EXPECT_EQ(recorded.at(0).commits, 4);
  EXPECT_EQ(recorded.at(0).added, 3);
  EXPECT_EQ(stored_commits(), rev_list({"--invert-grep", "--grep=#skip-tracking", "main"}));
}

TEST_P(TrackerTest, LinksTheIssuesThatTheServiceFinds) {
  TrackerOptions options;
  options.find_issue = [](const IssueReference& reference) -> std::optional<std::string> {
    if (reference.text == "APP-20") return std::nullopt;
    return "key of " + reference.text;
  };
  tracker(options).record_push(push_commits(31));
  EXPECT_EQ(database_.query("SELECT issue FROM issue_links ORDER BY issue"),
            "key of APP-0\nkey of APP-10\nkey of APP-30\n");
}

TEST_P(TrackerTest, PassesOnWhatTheServicesFunctionThrows) {
  TrackerOptions options;
  options.find_issue = [](const IssueReference&) -> std::optional<std::string> {
    throw std::runtime_error("no database of issues");
  };
  const RefsChanged first = push_commits(1);
  EXPECT_THROW(tracker(options).record_push(first), std::runtime_error);
  EXPECT_EQ(stored_heads(), "");
  EXPECT_THROW(tracker(options).set_refs({.version = "1"}, {{"PRJ/demo", "main", ""}}),
               std::runtime_error);
}

TEST_P(TrackerTest, LooksUpAThousandReferencesOfAMessage) {
  std::string message = "Fixes " + std::string(200, 'X') + "-1";  // too long for an issue
  for (int i = 0; i < 1500; ++i) message += ", APP-" + std::to_string(i) + ", APP-1";
  append_history(folder(), {.commits = 2, .message = [&](std::size_t) { return message; }});
  std::vector<std::string> asked;
  TrackerOptions options;
  options.find_issue = [&](const IssueReference& reference) -> std::optional<std::string> {
    asked.push_back(reference.text);
    return std::nullopt;
  };
  tracker(options).record_push(push({change(main_, "", tip(main_))}));
  ASSERT_THAT(asked, SizeIs(2000));
  EXPECT_EQ(asked.front(), "APP-0");
  EXPECT_EQ(asked.at(999), "APP-999");
  EXPECT_EQ(asked.at(1000), "APP-0");
}

TEST_P(TrackerTest, NamesTheCommitWhoseIssueHasAKeyThatIsTooLong) {
  TrackerOptions options;
  options.find_issue = [](const IssueReference&) { return std::string(201, 'k'); };
  const RefsChanged first = push_commits(1);
  try {
    tracker(options).record_push(first);
    FAIL();
  } catch (const InvalidArgument& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr(tip(main_)));
  }
  EXPECT_EQ(database_.query("SELECT count(*) FROM commits"), "0\n");
}

// Git shows no NUL byte, but another server may send one.
TEST_P(TrackerTest, NulBytesAndCommitsWithoutAuthorOrAddressAreStored) {
  push_commits(3);
  const auto commit = [&](const std::string& revision, const std::string& author) {
    return R"({"id": ")" + commit_id(folder(), revision) + R"(", "authorTimestamp": 1, )" + author +
           R"("message": "a\u0000b"})";
  };
  const std::string page =
      R"({"isLastPage": true, "values": [)" +
      commit("main", R"("author": {"name": "\ud83d\ude00\u0000", "emailAddress": "A@\u0000"}, )") +
      "," + commit("main~1", R"("author": {"name": "Ann"}, )") + "," + commit("main~2", "") + "]}";
  server_->misbehave(
      {.path = "/rest/api/1.0/projects/{project}/repos/{repo}/commits",
       .fault = testing::faults::answer(200, {{"Content-Type", "application/json"}}, page)});
  EXPECT_EQ(tracker().record_push(push({change(main_, "", tip(main_))})).at(0).added, 3);
  EXPECT_EQ(stored_commits(), rev_list({"main"}));
  EXPECT_EQ(database_.query("SELECT DISTINCT message FROM commits"), "a\ufffdb\n");
  EXPECT_EQ(database_.query("SELECT email, name FROM commits JOIN authors "
                            "ON authors.id = author_id"),
            "a@\ufffd|\U0001f600\ufffd\n");
}

TEST_P(TrackerTest, FilesOfPushesAreStoredOnDemand) {
  tracker().record_push(push_commits(2));
  EXPECT_EQ(changes_requests(), 0u);
  tracker({.files_of_pushes = true, .batch = 2}).record_push(push_commits(3, main_, 4));
  EXPECT_EQ(changes_requests(), 3u);
  EXPECT_EQ(database_.query("SELECT count(*) FROM commits WHERE has_files = 1"), "3\n");
}

}  // namespace
}  // namespace bitbucket::test
