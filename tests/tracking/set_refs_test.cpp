// What a tracker stores of releases, compared with plain git.
#include <gmock/gmock.h>

#include <bitbucket/error.hpp>

#include "tracking/failures.hpp"
#include "tracking/tracker_fixture.hpp"

namespace bitbucket::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SetRefsTest : public TrackerFixture {
 protected:
  std::vector<FetchedRef> set(const std::string& version, const std::vector<ReleaseRef>& refs,
                              TrackerOptions options = {}) {
    return tracker(std::move(options))
        .set_refs({.version = version, .date_added = Timestamp(std::chrono::hours(++hours_))},
                  refs);
  }
  /// The files of a release as git shows them: "commit|path|type".
  [[nodiscard]] std::vector<std::string> git_files(const std::vector<std::string>& range) const {
    std::vector<std::string> out;
    for (const std::string& id : rev_list(range))
      for (const std::string& line :
           git({"diff-tree", "-r", "--root", "--no-commit-id", "--name-status", id}))
        out.push_back(id + "|" + line.substr(2) + "|" + line.substr(0, 1));
    return sorted(out);
  }
  [[nodiscard]] std::vector<std::string> stored_files(const std::string& version) const {
    return sorted(
        lines(database_.query("SELECT hash, path, type FROM file_changes "
                              "JOIN commits ON commits.id = file_changes.commit_id "
                              "JOIN release_commits ON release_commits.commit_id = commits.id "
                              "JOIN releases ON releases.id = release_id WHERE version = '" +
                              version + "'")));
  }
  const std::string tree_ = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";  // has no files
  int hours_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Products, SetRefsTest, both_products(), name_of);

TEST_P(SetRefsTest, AReleaseHasTheCommitsAndFilesSinceTheOneBefore) {
  push_commits(7, main_, 3);
  const std::string first = tip(main_);
  const auto one = set("1.0.0", {{"PRJ/demo", "main", ""}}, {.batch = 3});
  ASSERT_THAT(one, SizeIs(1));
  EXPECT_EQ(one.at(0).error, "");
  EXPECT_EQ(one.at(0).since, "");
  EXPECT_EQ(one.at(0).until, first);
  EXPECT_EQ(one.at(0).commits, 7);
  EXPECT_EQ(release_commits("1.0.0"), rev_list({"main"}));
  EXPECT_EQ(stored_files("1.0.0"), git_files({"main"}));
  push_commits(4, main_, 2);
  EXPECT_EQ(set("1.1.0", {{"PRJ/demo", tip(main_), ""}}).at(0).since, first);
  EXPECT_EQ(release_commits("1.1.0"), rev_list({first + "..main"}));
  EXPECT_EQ(stored_files("1.1.0"), git_files({first + "..main"}));
  EXPECT_THAT(store_->releases.heads("1.1.0"),
              ElementsAre(ReleaseHead{"PRJ/demo", tip(main_), "1"}));
}

TEST_P(SetRefsTest, TheFilesOfACommitAreAskedForOnce) {
  tracker().record_push(push_commits(5));
  set("1", {{"PRJ/demo", "main", ""}});
  EXPECT_EQ(changes_requests(), 5u);
  set("1", {{"PRJ/demo", "main", ""}});
  const Tracker another(open(), source_);
  another.set_refs({.version = "2"}, {{"PRJ/demo", "main", commit_id(folder(), "main~3")}});
  EXPECT_THAT(another.compare_commits({"PRJ", "demo"}, {.until = "main"}), SizeIs(5));
  EXPECT_EQ(changes_requests(), 5u);
  EXPECT_EQ(release_commits("2"), rev_list({"main~3..main"}));
}

TEST_P(SetRefsTest, ARangeGoesBeforeThePreviousCommit) {
  push_commits(6);
  git({"tag", "-a", "-m", "x", "v1", "main~1"});
  set("1", {{"PRJ/demo", commit_id(folder(), "main~4") + "..v1", "main"}});
  EXPECT_EQ(release_commits("1"), rev_list({"main~4..main~1"}));
  EXPECT_THAT(store_->releases.heads("1"),
              ElementsAre(ReleaseHead{"PRJ/demo", commit_id(folder(), "main~1"), "1"}));
  EXPECT_THROW(set("2", {{"PRJ/demo", "..main", ""}}), InvalidArgument);
  EXPECT_THROW(set("2", {{"PRJ/demo", "main..", ""}}), InvalidArgument);
  EXPECT_THROW(set("2", {{"PRJ/demo", "a...main", ""}}), InvalidArgument);
}

TEST_P(SetRefsTest, NamesAllUnknownRepositoriesAndWritesNothing) {
  push_commits(1);
  server_->clear_requests();
  try {
    set("1", {{"PRJ/no", "main", ""}, {"PRJ/demo", "main", ""}, {"PRJ/nor", "main", ""}});
    FAIL();
  } catch (const InvalidArgument& error) {
    EXPECT_THAT(error.what(), HasSubstr("PRJ/no, PRJ/nor;"));
  }
  EXPECT_THAT(server_->requests(), IsEmpty());
  EXPECT_EQ(database_.query("SELECT count(*) FROM releases"), "0\n");
}

TEST_P(SetRefsTest, RefusesAReleaseOfNoRepository) {
  EXPECT_THROW(set("1", {}), InvalidArgument);
  EXPECT_FALSE(store_->releases.find("1"));
}

TEST_P(SetRefsTest, OfTwoRepositoriesWithOneNameTheNewerOneHasTheCommitsAndTheHead) {
  store_->repositories->add(
      {.external_id = "0", .name = "PRJ/demo", .repo = {"PRJ", "gone"}, .url = "https://x"});
  push_commits(3);
  const std::string first = tip(main_);
  set("1", {{"PRJ/demo", "main", ""}});
  push_commits(2);
  EXPECT_EQ(set("2", {{"PRJ/demo", "main", ""}}).at(0).since, first);
  EXPECT_EQ(set("2", {{"PRJ/demo", commit_id(folder(), "main~1"), ""}}).at(0).commits, 1);
  EXPECT_EQ(release_commits("2"), rev_list({first + "..main~1"}));
  const std::string where =
      " JOIN commits c ON c.id = commit_id JOIN repositories r ON r.id = c.repository_id";
  EXPECT_EQ(database_.query("SELECT external_id, hash FROM release_heads" + where +
                            " ORDER BY release_id"),
            "1|" + first + "\n1|" + commit_id(folder(), "main~1") + "\n");
  EXPECT_EQ(database_.query("SELECT DISTINCT external_id FROM release_commits" + where), "1\n");
}

TEST_P(SetRefsTest, TheLastRefOfARepositoryCounts) {
  push_commits(4);
  const auto fetched =
      set("1", {{"PRJ/demo", "main", ""}, {"PRJ/demo", commit_id(folder(), "main~2"), ""}});
  EXPECT_THAT(fetched, SizeIs(1));
  EXPECT_EQ(release_commits("1"), rev_list({"main~2"}));
}

TEST_P(SetRefsTest, ARepositoryThatFailsKeepsWhatTheReleaseHas) {
  push_commits(3);
  append_history(folder("other"), {.commits = 2, .first = 500});
  const std::vector<ReleaseRef> both = {{"PRJ/demo", "main", ""}, {"PRJ/other", "main", ""}};
  set("1", both);
  const auto before = store_->releases.heads("1");
  push_commits(2);
  const auto fetched = set("1", {{"PRJ/other", "nowhere", ""}, {"PRJ/demo", "main", ""}});
  EXPECT_THAT(fetched.at(0).error, HasSubstr("nowhere"));
  EXPECT_EQ(fetched.at(1).commits, 5);
  EXPECT_THAT(release_commits("1"), SizeIs(7));
  EXPECT_EQ(store_->releases.find("1")->commit_count, 7);
  EXPECT_EQ(store_->releases.heads("1")[1], before[1]);
  set("2", {{"PRJ/other", "nowhere", ""}});
  EXPECT_FALSE(store_->releases.find("2"));
}

TEST_P(SetRefsTest, AnErrorInTheMiddleOfTheFilesLeavesOutTheRepository) {
  push_commits(4);
  append_history(folder("other"), {.commits = 2, .first = 500});
  server_->misbehave(
      {.path = "/rest/api/1.0/projects/{project}/repos/{repo}/commits/{commit}/changes",
       .first = 3,
       .times = 1,
       .fault = testing::faults::server_error(500)});
  const std::vector<ReleaseRef> both = {{"PRJ/demo", "main", ""}, {"PRJ/other", "main", ""}};
  const auto fetched = set("1", both, {.batch = 1});
  EXPECT_NE(fetched.at(0).error, "");
  EXPECT_EQ(fetched.at(0).commits, 0);
  EXPECT_EQ(release_commits("1"), rev_list({"main"}, "other"));
  server_->clear_requests();
  set("1", both);
  EXPECT_EQ(changes_requests(), 2u);  // two of the four are stored
  EXPECT_THAT(release_commits("1"), SizeIs(6));
}

TEST_P(SetRefsTest, AfterAForcedPushAReleaseHasWhatTheOneBeforeDoesNotHave) {
  push_commits(4);
  const std::string first = tip(main_);
  set("1", {{"PRJ/demo", "main", ""}});
  git({"update-ref", main_, first + "~2"});
  push_commits(2);
  set("2", {{"PRJ/demo", "main", ""}});
  EXPECT_EQ(release_commits("2"), rev_list({first + "..main"}));
  const std::string second = tip(main_);
  git({"update-ref", main_, git({"commit-tree", "-m", "another root", tree_}).at(0)});
  push_commits(1);
  set("3", {{"PRJ/demo", "main", ""}});
  EXPECT_EQ(release_commits("3"), rev_list({"main"}));
  EXPECT_EQ(stored_files("3"), git_files({"main"}));
  EXPECT_EQ(release_commits("1"), rev_list({first}));
}

TEST_P(SetRefsTest, SaysWhatToDoWhenTheCommitOfTheReleaseBeforeIsGone) {
  push_commits(2);
  set("1", {{"PRJ/demo", "main", ""}});
  git({"update-ref", main_, git({"commit-tree", "-m", "another root", tree_}).at(0)});
  const std::string root = tip(main_);
  git({"gc", "-q", "--prune=now"});
  push_commits(1);
  EXPECT_NE(set("2", {{"PRJ/demo", "main", ""}}).at(0).error, "");
  EXPECT_FALSE(store_->releases.find("2"));
  EXPECT_EQ(set("2", {{"PRJ/demo", "main", root}}).at(0).error, "");
  EXPECT_EQ(release_commits("2"), rev_list({root + "..main"}));
  EXPECT_EQ(store_->releases.find("1").value().commit_count, 2);
}

TEST_P(SetRefsTest, ARepositoryThatHasNoBranchAnyMoreKeepsItsReleases) {
  push_commits(2);
  set("1", {{"PRJ/demo", "main", ""}});
  git({"update-ref", "-d", main_});
  EXPECT_NE(set("2", {{"PRJ/demo", "main", ""}}).at(0).error, "");
  EXPECT_NE(set("1", {{"PRJ/demo", "main", ""}}).at(0).error, "");
  EXPECT_FALSE(store_->releases.find("2"));
  EXPECT_THAT(release_commits("1"), SizeIs(2));
}

TEST_P(SetRefsTest, AClockThatGoesBackLosesNoCommit) {
  push_commits(3);
  const std::string first = tip(main_);
  set("1.0.0", {{"PRJ/demo", "main", ""}});
  push_commits(2);
  hours_ = -10;  // before the date of 1.0.0
  EXPECT_EQ(set("1.0.1", {{"PRJ/demo", "main", ""}}).at(0).since, "");
  EXPECT_EQ(release_commits("1.0.1"), rev_list({"main"}));
  EXPECT_EQ(set("1.0.2", {{"PRJ/demo", "main", ""}}, {.release_order = ReleaseOrder::semantic})
                .at(0)
                .since,
            tip(main_));
  EXPECT_EQ(set("1.0.1", {{"PRJ/demo", "main", ""}}, {.release_order = ReleaseOrder::semantic})
                .at(0)
                .since,
            first);
  EXPECT_EQ(release_commits("1.0.1"), rev_list({first + "..main"}));
}

TEST_P(SetRefsTest, CommitsThatAreOlderThanTheirParentsAreInTheRelease) {
  test_support::FastImport history;
  for (const std::int64_t seconds : {1'700'000'000, 1'600'000'000, 1'650'000'000, 1'500'000'000})
    history.commit("x", {.seconds = seconds});
  history.into(folder());
  set("1", {{"PRJ/demo", commit_id(folder(), "main~2"), ""}});
  set("2", {{"PRJ/demo", "main", ""}});
  EXPECT_EQ(release_commits("1"), rev_list({"main~2"}));
  EXPECT_EQ(release_commits("2"), rev_list({"main~2..main"}));
  EXPECT_EQ(store_->releases.heads("2").at(0).commit, tip(main_));
  EXPECT_EQ(
      database_.query("SELECT hash FROM release_commits JOIN commits ON commits.id = commit_id "
                      "JOIN releases ON releases.id = release_id WHERE version = '2' "
                      "ORDER BY position"),
      commit_id(folder(), "main~1") + "\n" + tip(main_) + "\n");
}

// The database of PostgreSQL is in files of another process, which may still grow.
TEST_P(SetRefsTest, WithoutRoomForTemporaryFilesThereIsNoRelease) {
  push_commits(3);
  const StoreError error = failure_of([&] {
    const NoRoomForFiles no_room;
    set("1", {{"PRJ/demo", "main", ""}});
  });
  if (GetParam() == Product::postgresql) {
    EXPECT_EQ(error.reason(), StoreError::Reason::full) << error.what();
  } else {
    EXPECT_TRUE(error.is_retryable()) << error.what();
  }
  EXPECT_FALSE(store_->releases.find("1"));
  set("1", {{"PRJ/demo", "main", ""}});
  EXPECT_EQ(release_commits("1"), rev_list({"main"}));
}

TEST_P(SetRefsTest, IgnoredCommitsAreNotInTheRelease) {
  append_history(folder(), {.commits = 4, .message = [](std::size_t number) {
                              return number == 2 ? "x #skip-tracking" : "y";
                            }});
  set("1", {{"PRJ/demo", "main", ""}});
  EXPECT_EQ(release_commits("1"), rev_list({"--invert-grep", "--grep=#skip-tracking", "main"}));
  EXPECT_THAT(tracker().compare_commits({"PRJ", "demo"}, {.until = "main"}), SizeIs(4));
}

TEST_P(SetRefsTest, CapsAreReported) {
  push_commits(4);
  const auto fetched = set("1", {{"PRJ/demo", "main", ""}}, {.max_commits = 3});
  EXPECT_TRUE(fetched.at(0).capped);
  EXPECT_EQ(release_commits("1"), rev_list({"-3", "main"}));
}

TEST_P(SetRefsTest, TheRuleOfReleasesFindsTheAuthors) {
  const auto commit = [&](const std::string& name, const std::string& email) {
    std::vector<std::string> args = {"commit-tree", "-m", name, tree_};
    if (const std::string parent = tip(main_); !parent.empty())
      args.insert(args.end(), {"-p", parent});
    const std::string id =
        lines(run_git(folder(), args,
                      {.environment = {"GIT_AUTHOR_NAME=" + name, "GIT_AUTHOR_EMAIL=" + email}}))
            .at(0);
    git({"update-ref", main_, id});
  };
  push_commits(1);
  commit("foo bar Baz", "");
  commit("Long", std::string(300, 'L') + "@x");
  commit("Before", "Ann@Example.com");
  tracker().reconcile("1");
  commit("After", "ann@example.com");
  set("1", {{"PRJ/demo", "main", commit_id(folder(), "main~4")}});
  EXPECT_EQ(database_.query("SELECT message, email, name FROM release_commits JOIN commits "
                            "ON commits.id = commit_id LEFT JOIN authors ON authors.id = author_id "
                            "ORDER BY position DESC"),
            "foo bar Baz|foobarbaz@localhost|foo bar Baz\nLong|" + std::string(72, 'l') +
                "...|Long\nBefore|ann@example.com|After\nAfter|ann@example.com|After\n");
  EXPECT_EQ(store_->releases.find("1").value().author_count, 3);
}

}  // namespace
}  // namespace bitbucket::test
