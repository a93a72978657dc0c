// A store that missed deliveries, after it was compared with the server; and large pushes.
#include <gmock/gmock.h>
#include <malloc.h>

#include <algorithm>
#include <random>

#include <bitbucket/error.hpp>

#include "tracking/tracker_fixture.hpp"

namespace bitbucket::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ReconcileTest : public TrackerFixture {};
INSTANTIATE_TEST_SUITE_P(Products, ReconcileTest, both_products(), name_of);

TEST_P(ReconcileTest, LostDoubledAndReorderedDeliveriesLoseNothing) {
  const std::vector<std::string> refs = {main_, "refs/heads/a", "refs/heads/b"};
  for (const unsigned seed : {1u, 2u, 3u}) {
    std::mt19937 random(seed);
    const auto chance = [&](unsigned percent) { return random() % 100 < percent; };
    std::vector<RefsChanged> deliveries;
    for (int i = 0; i < 20; ++i) {
      RefsChanged made = push_commits(1 + random() % 4, refs[random() % refs.size()]);
      if (chance(20)) continue;
      deliveries.push_back(made);
      if (chance(20)) deliveries.push_back(made);
      if (chance(20)) std::swap(deliveries.back(), deliveries[random() % deliveries.size()]);
    }
    for (const RefsChanged& delivery : deliveries) tracker().record_push(delivery);
    tracker().reconcile("1");
    EXPECT_EQ(stored_commits(), rev_list({"--branches"})) << "seed " << seed;
    std::string heads;
    for (const std::string& line :
         git({"for-each-ref", "--format=%(refname)|%(objectname)", "refs/heads"}))
      heads += line + "\n";
    EXPECT_EQ(stored_heads(), heads) << "seed " << seed;
    EXPECT_THAT(tracker().reconcile("1"), IsEmpty());
  }
}

TEST_P(ReconcileTest, LostDeliveriesOfForcedAndDeletedBranchesLoseNothingThatABranchHas) {
  const std::vector<std::string> refs = {main_, "refs/heads/a", "refs/heads/b"};
  std::mt19937 random(4);
  const auto chance = [&](unsigned percent) { return random() % 100 < percent; };
  for (int i = 0; i < 15; ++i) {
    const std::string& ref = refs[random() % refs.size()];
    const std::string before = tip(ref);
    RefsChanged made;
    if (!before.empty() && chance(25)) {
      git({"update-ref", "-d", ref});
      made = push({change(ref, before, "")});
    } else {
      // Another branch's commits, or those of no branch at all.
      if (!before.empty() && chance(30))
        git({"update-ref", ref, git({"rev-list", "--all"}).back()});
      made = push_commits(1 + random() % 3, ref);
      made.changes[0].from_hash.reset();
      if (!before.empty()) made.changes[0].from_hash = CommitId(before);
    }
    if (!chance(40)) tracker().record_push(made);
    if (!chance(20)) continue;
    tracker().reconcile("1");
    const auto stored = stored_commits(), wanted = rev_list({"--branches"});
    EXPECT_TRUE(std::includes(stored.begin(), stored.end(), wanted.begin(), wanted.end())) << i;
    std::string heads;
    for (const std::string& line :
         git({"for-each-ref", "--format=%(refname)|%(objectname)", "refs/heads"}))
      heads += line + "\n";
    EXPECT_EQ(stored_heads(), heads) << i;
    EXPECT_THAT(tracker().reconcile("1"), IsEmpty());
  }
}

TEST_P(ReconcileTest, RemovesBranchesThatAreGone) {
  tracker().record_push(push_commits(2));
  store_->branches.set("1", {.ref = "refs/heads/gone", .commit = tip(main_)});
  const auto recorded = tracker().reconcile("1");
  ASSERT_THAT(recorded, SizeIs(1));
  EXPECT_EQ(recorded.at(0).ref, "refs/heads/gone");
  EXPECT_EQ(recorded.at(0).to, "");
  run_git(folder(), {"update-ref", "-d", main_});
  EXPECT_THAT(tracker().reconcile("1"), SizeIs(1));
  EXPECT_EQ(stored_heads(), "");
  EXPECT_THAT(stored_commits(), SizeIs(2));
}

TEST_P(ReconcileTest, FollowsAForcedPushWhoseOldCommitsWereCollected) {
  tracker().record_push(push_commits(3));
  store_->branches.set("1", {.ref = main_, .commit = std::string(40, 'd')});
  push_commits(2);
  tracker().reconcile("1");
  EXPECT_EQ(stored_commits(), rev_list({"main"}));
  EXPECT_EQ(stored_heads(), main_ + "|" + tip(main_) + "\n");
}

TEST_P(ReconcileTest, ABranchWhoseNameIsTooLongDoesNotHoldUpTheOthers) {
  std::string longest = "refs/heads/a";
  while (longest.size() <= 1000) longest += "/" + std::string(100, 'a');
  push_commits(2);
  const RefsChanged pushed = push_commits(1, longest);
  push_commits(1, "refs/heads/z");
  tracker().reconcile("1");
  EXPECT_EQ(stored_commits(), rev_list({"--branches"}));
  EXPECT_EQ(stored_heads(),
            main_ + "|" + tip(main_) + "\nrefs/heads/z|" + tip("refs/heads/z") + "\n");
  EXPECT_THAT(tracker().record_push(pushed), SizeIs(1));
}

TEST_P(ReconcileTest, ARepositoryThatIsNotAttachedIsRefused) {
  EXPECT_THROW(tracker().reconcile("77"), InvalidArgument);
}

class LargeTest : public TrackerFixture {};
INSTANTIATE_TEST_SUITE_P(Products, LargeTest, ::testing::Values(Product::sqlite), name_of);

TEST_P(LargeTest, ReconcilingOneHundredThousandCommitsTakesAPageForEachThousandAndTwoRequests) {
  push_commits(100'000);
  const auto whole = tracker().reconcile("1");
  EXPECT_EQ(whole.at(0).added, 100'000);
  EXPECT_LE(server_->requests().size(), 102u);
  EXPECT_EQ(stored_commits(), rev_list({"main"}));
  push_commits(1500);
  server_->clear_requests();
  EXPECT_EQ(tracker().reconcile("1").at(0).added, 1500);
  EXPECT_LE(server_->requests().size(), 4u);
  server_->clear_requests();
  EXPECT_THAT(tracker().reconcile("1"), IsEmpty());
  EXPECT_THAT(server_->requests(), SizeIs(1));
}

TEST_P(LargeTest, AMessageOfTenMegabytesArrivesWholeOrNotAtAll) {
  append_history(folder(), {.commits = 1, .message = [](std::size_t) {
                              return std::string(10'000'000, 'a') + "b";
                            }});
  const RefsChanged pushed = push({change(main_, "", tip(main_))});
  const auto with = [&](std::size_t max_answer) {
    ClientOptions options{.base_url = server_->base_url(), .credentials = BearerToken{"ann-token"}};
    options.connection.max_answer = max_answer;
    return Tracker(store_, make_commit_source(BitbucketServer(options)));
  };
  try {
    with(5'000'000).record_push(pushed);
    FAIL();
  } catch (const TransportError& error) {
    EXPECT_THAT(error.what(), HasSubstr("max_answer"));
  }
  EXPECT_THAT(stored_commits(), IsEmpty());
  EXPECT_EQ(stored_heads(), "");
  EXPECT_EQ(with(64u << 20).record_push(pushed).at(0).added, 1);
  EXPECT_EQ(database_.query("SELECT length(message), substr(message, 10000000) FROM commits"),
            "10000001|ab\n");
  EXPECT_EQ(stored_heads(), main_ + "|" + tip(main_) + "\n");
}

std::size_t memory_in_use() {
  const auto memory = ::mallinfo2();
  return memory.uordblks + memory.hblkhd;
}

/// Makes up commits, because a server in this process would need memory too.
class ManyCommits : public CommitSource {
 public:
  explicit ManyCommits(std::size_t commits) : commits_(commits) {}
  void visit_commits(const RepoRef&, const CommitRange&,
                     const std::function<bool(SourceCommit&&)>& visit) override {
    for (std::size_t i = 0; i < commits_; ++i) {
      std::string id = std::to_string(i);
      id.insert(0, 40 - id.size(), 'a');
      if (!visit({.id = id,
                  .message = "Commit " + id,
                  .author_name = "Ann",
                  .author_email = "ann@example.com",
                  .timestamp = Timestamp(std::chrono::seconds(i))}))
        return;
      highest_ = std::max(highest_, memory_in_use());
    }
  }
  std::vector<std::vector<FileChange>> changes(const RepoRef&,
                                               const std::vector<std::string>& ids) override {
    return std::vector<std::vector<FileChange>>(ids.size());
  }
  std::vector<SourceHead> heads(const RepoRef&) override { return {}; }
  [[nodiscard]] std::size_t highest() const { return highest_; }

 private:
  const std::size_t commits_;
  std::size_t highest_ = 0;
};

TEST_P(LargeTest, APushOfOneHundredThousandCommitsTakesAsMuchMemoryAsASmallOne) {
  const auto source = std::make_shared<ManyCommits>(100'000);
  const std::size_t before = memory_in_use();
  const auto recorded =
      Tracker(store_, source).record_push(push({change(main_, "", std::string(40, 'a'))}));
  EXPECT_EQ(recorded.at(0).added, 100'000);
  // SQLite keeps 16 MiB of pages.  100,000 commits take about 50 MB.
  EXPECT_LT(source->highest() - before, std::size_t{28} << 20);
  RecordProperty("bytes", std::to_string(source->highest() - before));
}

}  // namespace
}  // namespace bitbucket::test
