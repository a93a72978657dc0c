#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "tracking/issue_fixture.hpp"

namespace bitbucket::test {
namespace {

using namespace std::chrono_literals;

class IssueEventsTest : public IssueTest {
 protected:
  IssueEventsTest() { push({commit("c1", Issues{"A-1", "B-2", "C-3"})}); }
  std::size_t take(Issues& issues, std::size_t limit = 1000) const {
    return store_->issues.take_events(
        [&](const IssueEvent& event) { issues.push_back(event.issue); }, limit);
  }
};
INSTANTIATE_TEST_SUITE_P(Products, IssueEventsTest, both_products(), name_of);

TEST_P(IssueEventsTest, TellsWhatHappened) {
  release("1.0.0", {commit("c1", Issues{"A-1"})});
  std::vector<IssueEvent> events;
  store_->issues.take_events([&](const IssueEvent& event) { events.push_back(event); });
  ASSERT_EQ(events.size(), 6U);
  const IssueEvent& last = events.back();
  const auto now = std::chrono::system_clock::now();
  EXPECT_GT(last.time, now - 10min);
  EXPECT_LE(last.time, now);
  EXPECT_EQ(last, (IssueEvent{.id = last.id,
                              .type = IssueEventType::resolved,
                              .issue = "A-1",
                              .release = "1.0.0",
                              .repository = "PRJ/demo",
                              .commit = "c1",
                              .author = CommitAuthor{"Mia", "mia@example.com"},
                              .time = last.time}));
}

TEST_P(IssueEventsTest, StopsAtTheLimit) {
  Issues issues;
  EXPECT_EQ(take(issues, 2), 2U);
  EXPECT_EQ(issues, (Issues{"A-1", "B-2"}));
  EXPECT_EQ(take(issues), 1U);
  EXPECT_EQ(issues, (Issues{"A-1", "B-2", "C-3"}));
  EXPECT_EQ(take(issues), 0U);
}

TEST_P(IssueEventsTest, KeepsTheEventWhoseHandlerThrowsAndAllLaterOnes) {
  const auto refuse = [](const IssueEvent& event) {
    if (event.issue == "B-2") throw std::runtime_error("not now");
  };
  EXPECT_THROW(store_->issues.take_events(refuse), std::runtime_error);
  Issues issues;
  EXPECT_EQ(take(issues), 2U) << "the lease is free at once";
  EXPECT_EQ(issues, (Issues{"B-2", "C-3"}));
}

TEST_P(IssueEventsTest, TakesTurnsAndHoldsNoLockMeanwhile) {
  const auto other = open({.lock_timeout = 1s});
  Issues issues, nested;
  store_->issues.take_events([&](const IssueEvent& event) {
    issues.push_back(event.issue);
    EXPECT_EQ(other->issues.take_events([&](const IssueEvent& e) { nested.push_back(e.issue); }),
              0U);
    if (event.issue == "A-1") other->issues.resolve_in_next_release("A-1");
  });
  EXPECT_EQ(issues, (Issues{"A-1", "B-2", "C-3", "A-1"}));
  EXPECT_EQ(nested, Issues{});
}

TEST_P(IssueEventsTest, TakesOverWhenAHandlerTakesLongerThanItsLease) {
  Issues issues, nested;
  const auto slow = [&](const IssueEvent& event) {
    issues.push_back(event.issue);
    if (event.issue != "A-1") return;
    (void)database_.query("UPDATE issue_events_lease SET ends_at = 1");
    EXPECT_EQ(take(nested, 2), 2U);
  };
  EXPECT_EQ(store_->issues.take_events(slow, 1000), 2U);
  EXPECT_EQ(issues, (Issues{"A-1", "C-3"}));
  EXPECT_EQ(nested, (Issues{"A-1", "B-2"}));
}

TEST_P(IssueEventsTest, ADeadProcessDelaysEventsUntilItsLeaseEnds) {
  const long long now = std::chrono::duration_cast<std::chrono::milliseconds>(
                            std::chrono::system_clock::now().time_since_epoch())
                            .count();
  const auto lease = [&](long long begin, long long end) {
    (void)database_.query("UPDATE issue_events_lease SET owner = 'dead', begins_at = " +
                          std::to_string(now + begin) + ", ends_at = " + std::to_string(now + end));
  };
  Issues issues;
  lease(-60'000, 60'000);
  EXPECT_EQ(take(issues, 1), 0U);
  lease(-60'000, -1);
  EXPECT_EQ(take(issues, 1), 1U);
  lease(3'600'000, 3'660'000);
  EXPECT_EQ(take(issues, 1), 1U) << "the clock was set back";
}

TEST_P(IssueEventsTest, HandsEachEventToOneOfManyThreads) {
  for (int i = 0; i < 10; ++i)
    push({commit("d" + std::to_string(i), Issues{"D-" + std::to_string(i)})});
  std::mutex mutex;
  std::vector<std::int64_t> ids;
  const auto work = [&] {
    for (bool all = false; !all;) {
      store_->issues.take_events(
          [&](const IssueEvent& event) {
            const std::lock_guard lock(mutex);
            ids.push_back(event.id);
          },
          3);
      const std::lock_guard lock(mutex);
      all = ids.size() >= 13;
    }
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back(work);
  threads.clear();
  EXPECT_EQ(ids.size(), 13U);
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
}

}  // namespace
}  // namespace bitbucket::test
