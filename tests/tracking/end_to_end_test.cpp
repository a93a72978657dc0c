// The whole story with real pushes: attach, push, release, resolve, reopen, and come back.
#include <gmock/gmock.h>

#include <bitbucket/integration.hpp>

#include "tracking/tracker_fixture.hpp"

namespace bitbucket::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class TrackingStoryTest : public TrackerFixture {
 protected:
  TrackingStoryTest() {
    store_->repositories->remove(store_->repositories->find("1").value());  // has no webhook
    repositories_.attach({"PRJ", "demo"});
    // One product has thousands of commits; their files take a request each.
    append_history(folder(), {.commits = GetParam() == Product::sqlite ? 2000u : 100u});
    tracker_.reconcile("1");
    git_in_work({"clone", "-q", server_->base_url() + "/scm/prj/demo.git", work_.string()},
                dir_.path());
  }
  std::vector<std::string> git_in_work(std::vector<std::string> args,
                                       const std::filesystem::path& where) const {
    args.insert(args.begin(), {"-c", "http.extraHeader=Authorization: Bearer bob-token"});
    return lines(run_git(where, args));
  }
  /// Commits, pushes, and lets the inbox and the tracker handle the delivery.
  std::string push(const std::string& message) {
    const std::string id = test_support::commit_files(work_, message, {{"a", message}});
    git_in_work({"push", "-q", "origin", "main"}, work_);
    EXPECT_TRUE(server_->wait_for_deliveries());
    EXPECT_EQ(inbox_.drain([&](const WebhookEvent& event) {
      tracker_.record_push(std::get<RefsChanged>(event.payload));
    }),
              1u);
    return id;
  }
  /// Sets a release of the branch main, a day after the one before.
  void release(const std::string& version) {
    const auto fetched = tracker_.set_refs(
        {.version = version, .date_added = Timestamp(std::chrono::hours(24 * ++releases_))},
        {{.repository = "PRJ/demo", .commit = "main"}});
    EXPECT_EQ(fetched.at(0).error, "");
  }
  /// Takes the events and returns "type issue release" of each.
  std::vector<std::string> events() {
    std::vector<std::string> out;
    store_->issues.take_events(
        [&](const IssueEvent& event) {
          static constexpr const char* types[] = {"referenced", "unlinked", "resolved", "reopened"};
          out.push_back(types[static_cast<int>(event.type)] + (' ' + event.issue) + ' ' +
                        event.release);
        },
        1'000'000);
    return out;
  }
  /// Returns what plain git says of a range: commits, or with files "commit|path|type".
  [[nodiscard]] std::vector<std::string> git_commits(const std::string& range) const {
    return sorted(git_in_work({"rev-list", "--no-merges", range}, work_));
  }
  [[nodiscard]] std::vector<std::string> git_files(const std::string& range) const {
    std::vector<std::string> out;
    std::string commit;
    for (const std::string& line : git_in_work({"log", "--no-merges", "--root", "--no-renames",
                                                "--name-status", "--format=commit %H", range},
                                               work_))
      if (line.starts_with("commit "))
        commit = line.substr(7);
      else if (!line.empty())
        out.push_back(commit + '|' + line.substr(2) + '|' + line.substr(0, 1));
    return sorted(out);
  }
  [[nodiscard]] std::vector<std::string> release_files(const std::string& version) const {
    std::vector<std::string> out;
    store_->releases.visit_files(version, [&](const StoredCommit& commit, const FileChange& file) {
      out.push_back(commit.id + '|' + file.path + '|' + static_cast<char>(file.type));
    });
    return sorted(out);
  }

  const std::filesystem::path work_ = dir_ / "work";
  const Inbox inbox_{store_, WebhookReceiver{{.secrets = [this](std::string_view url) {
                       const auto found =
                           store_->repositories->find(url.substr(url.rfind('=') + 1));
                       return std::vector<Secret>{found.value().webhook_secret};
                     }}}};
  const server_test::Receiver endpoint_{[this](const server_test::Receiver::Delivery& delivery) {
    return inbox_
        .receive({.method = "POST",
                  .url = delivery.target,
                  .headers = delivery.headers,
                  .body = delivery.body})
        .status;
  }};
  const RepositoryService repositories_{
      BitbucketServer({.base_url = server_->base_url(), .credentials = BearerToken{"ann-token"}}),
      store_->repositories,
      {.base_url = server_->base_url(),
       .webhook_url = [this](const RepositoryDescription& repository) {
         return endpoint_.url() + "?repository=" + repository.external_id;
       }}};
  bool knows_web_issues_ = true;
  const Tracker tracker_ =
      tracker({.find_issue = [this](const IssueReference& reference) -> std::optional<std::string> {
        if (reference.text.starts_with("WEB-") && !knows_web_issues_) return std::nullopt;
        return reference.text;
      }});
  int releases_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Products, TrackingStoryTest, both_products(), name_of);

TEST_P(TrackingStoryTest, FromAPushToAReleaseAnIssueIsResolvedReopenedAndComesBack) {
  release("1.0.0");
  EXPECT_EQ(release_commits("1.0.0"), git_commits("main"));
  EXPECT_EQ(release_files("1.0.0"), git_files("main"));
  EXPECT_THAT(events(), Contains("resolved APP-20 1.0.0"));

  const std::string first = git_in_work({"rev-parse", "main"}, work_).at(0);
  const std::string fix = push("Stop the leak\n\nFixes WEB-7");
  push("Fixes the clock, and closes WEB-8");
  EXPECT_THAT(events(), ElementsAre("referenced WEB-7 ", "referenced WEB-8 "));
  EXPECT_FALSE(store_->issues.resolution("WEB-7")) << "no release has the commit yet";

  release("1.1.0");
  EXPECT_EQ(release_commits("1.1.0"), git_commits(first + "..main"));
  EXPECT_EQ(release_files("1.1.0"), git_files(first + "..main"));
  EXPECT_THAT(events(), UnorderedElementsAre("resolved WEB-7 1.1.0", "resolved WEB-8 1.1.0"));
  EXPECT_EQ(store_->issues.resolution("WEB-7").value().commit, fix);

  // The issue appears in the old release, which is no surprise, and again in a later one.
  push("Faster");
  release("1.2.0");
  EXPECT_TRUE(store_->issues.has_resolution("WEB-7", "1.0.0"));
  EXPECT_FALSE(store_->issues.has_resolution("WEB-7", "1.2.0"));
  store_->issues.reopen("WEB-7");
  EXPECT_THAT(events(), ElementsAre("reopened WEB-7 1.1.0"));

  // The service no longer knows the issues, and the release is set again.
  knows_web_issues_ = false;
  tracker_.set_refs({.version = "1.1.0"}, {{.repository = "PRJ/demo", .commit = first + "..main"}});
  EXPECT_THAT(events(),
              UnorderedElementsAre("unlinked WEB-7 ", "unlinked WEB-8 ", "reopened WEB-8 1.1.0"));
  EXPECT_FALSE(store_->issues.resolution("WEB-8"));
}

}  // namespace
}  // namespace bitbucket::test
