#include <random>
#include <sstream>
#include <thread>

#include "tracking/issue_fixture.hpp"
#include "tracking/issue_model.hpp"

namespace bitbucket::test {
namespace {

std::multiset<std::string> lines_of(const std::string& rows) {
  std::multiset<std::string> lines;
  std::istringstream stream(rows);
  for (std::string line; std::getline(stream, line);) lines.insert(line);
  return lines;
}

class IssueLinksTest : public IssueTest {
 protected:
  /// Compares the tables with the model, through the database's own C library, and forgets the
  /// events.
  void expect_equal_to(IssueModel& model) const {
    EXPECT_EQ(lines_of(database_.query("SELECT issue, hash FROM issue_links l "
                                       "JOIN commits c ON c.id = l.commit_id")),
              model.links());
    EXPECT_EQ(
        lines_of(database_.query("SELECT issue, type, version, hash, email FROM resolutions r "
                                 "LEFT JOIN releases l ON l.id = release_id LEFT JOIN commits c ON "
                                 "c.id = commit_id LEFT JOIN authors a ON a.id = r.author_id")),
        model.resolutions());
    EXPECT_EQ(lines_of(database_.query(
                  "SELECT type, issue, version, hash, email, pull_request FROM issue_events e "
                  "LEFT JOIN releases l ON l.id = release_id LEFT JOIN commits c ON "
                  "c.id = commit_id LEFT JOIN authors a ON a.id = e.author_id")),
              model.events());
    (void)database_.query("DELETE FROM issue_events");
    model.forget_events();
  }
};
INSTANTIATE_TEST_SUITE_P(Products, IssueLinksTest, both_products(), name_of);

/// Does the same at random to the store and to the model.
class RandomWork {
 public:
  explicit RandomWork(const std::shared_ptr<TrackingStore>& store) : store_(store) {}

  std::string step() {
    switch (below(12)) {
      case 0:
      case 1:
      case 2:
        return push();
      case 3:
      case 4:
      case 5:
      case 6:
        return release();
      case 7:
        return resolve();
      case 8:
        return reopen();
      default:
        return set_pull_request();
    }
  }
  [[nodiscard]] IssueModel& model() noexcept { return model_; }

 private:
  int below(int end) { return std::uniform_int_distribution<int>(0, end - 1)(random_); }
  /// Commits, releases and pull requests that are close to each other in time.
  int recent(int spread) { return 1 + steps_ / 12 + below(spread); }
  std::string issue() { return std::string(1, static_cast<char>('A' + below(5))) + "-1"; }
  IssueModel::Issues issues() {
    IssueModel::Issues all;
    for (int count = below(4); count > 0; --count) all.insert(issue());
    return all;
  }
  IssueModel::Commit commit() {
    ++steps_;
    IssueModel::Commit made{.number = recent(8), .issues = std::nullopt};
    if (below(4) != 0) made.issues = issues();
    return made;
  }
  static CommitInput input(const IssueModel::Commit& commit) {
    CommitInput made{.external_id = "10",
                     .id = "c" + std::to_string(commit.number),
                     .message = "work",
                     .author_name = "Mia",
                     .author_email = "mia@example.com",
                     .timestamp = Timestamp(std::chrono::minutes(commit.number))};
    if (commit.issues) made.issues.emplace(commit.issues->begin(), commit.issues->end());
    return made;
  }

  std::string push() {
    const IssueModel::Commit pushed = commit();
    const bool resolves = below(2) == 0;
    model_.push(pushed, resolves);
    store_->commits.add(each_of({input(pushed)}),
                        resolves ? ResolvePolicy::on_commit : ResolvePolicy::on_release);
    return "push of c" + std::to_string(pushed.number);
  }
  std::string release() {
    std::map<int, IssueModel::Commit> chosen;
    for (int count = below(4); count >= 0; --count) {
      const IssueModel::Commit each = commit();
      chosen.emplace(each.number, each);
    }
    std::vector<IssueModel::Commit> commits;
    std::vector<CommitInput> inputs;
    for (const auto& [number, each] : chosen) {
      commits.push_back(each);
      inputs.push_back(input(each));
    }
    const int version = recent(4);
    model_.release(version, commits);
    store_->releases.set_commits({.version = std::to_string(version) + ".0.0"}, each_of(inputs));
    const auto of_model = model_.issues_of(version);
    EXPECT_EQ(store_->issues.of_release(std::to_string(version) + ".0.0"),
              std::vector<std::string>(of_model.begin(), of_model.end()));
    return "release " + std::to_string(version);
  }
  std::string resolve() {
    const std::string resolved = issue();
    model_.resolve_in_next_release(resolved);
    store_->issues.resolve_in_next_release(resolved);
    return "resolution of " + resolved + " by hand";
  }
  std::string reopen() {
    const std::string opened = issue();
    model_.reopen(opened);
    store_->issues.reopen(opened);
    return "opening " + opened;
  }
  std::string set_pull_request() {
    const int number = recent(3), merge_commit = below(3) == 0 ? 0 : recent(8);
    const auto all = issues();
    model_.set_pull_request(number, merge_commit, all);
    store_->issues.set_pull_request(
        {.external_id = "10",
         .number = number,
         .merge_commit = merge_commit == 0 ? "" : "c" + std::to_string(merge_commit),
         .author = CommitAuthor{.name = "Ada", .email = "ada@example.com"},
         .issues = {all.begin(), all.end()}});
    return "pull request " + std::to_string(number);
  }

  std::shared_ptr<TrackingStore> store_;
  IssueModel model_;
  std::mt19937 random_{20};  // NOLINT: the same steps in each run
  int steps_ = 0;
};

TEST_P(IssueLinksTest, FollowsTheRulesThroughRandomWork) {
  RandomWork work(store_);
  const int steps = GetParam() == Product::sqlite ? 300 : 60;
  for (int step = 1; step <= steps && !HasFailure(); ++step) {
    const std::string what = work.step();
    SCOPED_TRACE("step " + std::to_string(step) + ", " + what);
    expect_equal_to(work.model());
  }
}

TEST_P(IssueLinksTest, WritersOfTheSameIssuesTakeTurns) {
  std::vector<CommitInput> shared;
  for (int i = 0; i < 10; ++i)
    shared.push_back(commit("s" + std::to_string(i),
                            Issues{"A-" + std::to_string(i), "A-" + std::to_string(9 - i)}));
  const auto work = [&](int thread) {
    for (int round = 0; round < 8; ++round) {
      const std::string name = std::to_string(thread) + "." + std::to_string(round) + ".0";
      std::vector<CommitInput> commits = shared;
      if (thread % 2 == 1) std::reverse(commits.begin(), commits.end());
      for (CommitInput& each : commits)
        if ((round + thread) % 3 == 0) each.issues = Issues{};
      push({{.external_id = "10", .id = "t" + name, .issues = Issues{"A-1", "A-2"}}});
      release(name, commits);
      store_->issues.resolve_in_next_release("A-" + std::to_string(round));
    }
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&, i] { EXPECT_NO_THROW(work(i)); });
  threads.clear();
  release("9.0.0", shared);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(store_->issues.of_commit("10", "s" + std::to_string(i)).size(), 2U);
    EXPECT_EQ(resolution("A-" + std::to_string(i)).substr(0, 18), "in_release 9.0.0 s");
  }
  // Each issue is what its last event says.
  EXPECT_EQ(database_.query(
                "SELECT count(*) FROM resolutions r JOIN issue_events e ON e.issue = r.issue "
                "WHERE e.type = 'resolved' AND e.release_id = r.release_id AND e.id = (SELECT "
                "max(id) FROM issue_events l WHERE l.issue = r.issue "
                "AND l.type IN ('resolved', 'reopened'))"),
            "10\n");
}

}  // namespace
}  // namespace bitbucket::test
