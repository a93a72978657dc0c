#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <bitbucket/server.hpp>
#include <bitbucket/testing/git_server.hpp>
#include <bitbucket/webhooks.hpp>

#include "support/demo.hpp"
#include "testing/server_fixture.hpp"
#include "webhooks/inbox.hpp"

// What embedded servers of four versions deliver over HTTP, received by a WebhookReceiver.  Git
// itself says which hashes are right.
namespace webhook_test {
namespace {

using namespace bitbucket;
using bitbucket::test::demo;
using server_test::json;
using test_support::commit_files;
using test_support::run_git;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const Secret kShared = "delivery secret";

class DeliveriesTest : public ::testing::TestWithParam<const char*> {
 protected:
  DeliveriesTest() {
    run_git(folder_.path(), {"-c", kBob, "clone", "-q", clone_url("prj/demo"), work_.string()});
  }
  static server_test::GitServerOptions options() {
    server_test::GitServerOptions with = server_test::options();
    with.version = GetParam();
    return with;
  }
  static int major_version() { return std::stoi(GetParam()); }
  std::string clone_url(const std::string& path) const {
    return server_->base_url() + "/scm/" + path + ".git";
  }
  Hook attach(const Secret& secret = kShared) const {
    return client_.hooks.create(demo, {.name = "bot",
                                       .url = inbox_.url(),
                                       .events = {"repo:refs_changed", "repo:modified"},
                                       .secret = secret});
  }
  void push(std::vector<std::string> what) const {
    what.insert(what.begin(), {"-c", kBob, "push", "-q", "origin"});
    run_git(work_, what);
  }
  /// Returns what git calls a revision, of an annotated tag its object.
  std::string hash(const std::string& revision) const {
    const std::string out = run_git(work_, {"rev-parse", "--verify", revision});
    return out.substr(0, out.find('\n'));
  }
  template <class Event>
  Event event() {
    return inbox_.event<Event>(*server_);
  }
  /// Returns the push that was delivered since the last call, which moved one branch or tag.
  RefsChanged push_event() {
    const auto push = event<RefsChanged>();
    EXPECT_EQ(push.event_key, "repo:refs_changed");
    EXPECT_EQ(push.actor.name, "bob");
    EXPECT_EQ(push.repository, client_.repos.get(demo));
    EXPECT_THAT(push.changes, SizeIs(1));
    EXPECT_LT(std::chrono::abs(std::chrono::system_clock::now() - push.date),
              std::chrono::minutes(5));
    return push;
  }
  void expect_change(const RefChange& change, const std::string& id, RefChangeType type,
                     const std::string& from, const std::string& to) {
    EXPECT_EQ(change.ref.id, id);
    EXPECT_EQ(change.ref_id, id);
    EXPECT_EQ(change.ref.type, id.starts_with("refs/tags/") ? RefType::tag : RefType::branch);
    EXPECT_EQ(change.type, type);
    EXPECT_EQ(change.from_hash ? change.from_hash->value : "", from);
    EXPECT_EQ(change.to_hash ? change.to_hash->value : "", to);
  }
  json last_body() const { return json::parse(inbox_.last_body()); }

  static constexpr const char* kBob = "http.extraHeader=Authorization: Bearer bob-token";
  const test_support::TempDir folder_;
  const std::filesystem::path work_ = folder_ / "work";
  const std::unique_ptr<server_test::GitServer> server_ = server_test::serve(options());
  const BitbucketServer client_{
      {.base_url = server_->base_url(), .credentials = BearerToken{"ann-token"}}};
  Inbox inbox_{{kShared}};
};

TEST_P(DeliveriesTest, ABranchIsCreatedMovedForcedAndDeleted) {
  attach();
  const std::string start = hash("HEAD");
  push({"main:refs/heads/topic/one"});
  expect_change(push_event().changes.at(0), "refs/heads/topic/one", RefChangeType::add, "", start);

  commit_files(work_, "First", {{"a", "1"}});
  commit_files(work_, "Second", {{"a", "2"}});
  const std::string moved = hash("HEAD");
  push({"main:refs/heads/topic/one"});
  expect_change(push_event().changes.at(0), "refs/heads/topic/one", RefChangeType::update, start,
                moved);

  run_git(work_, {"commit", "-q", "--amend", "-m", "Second, again"});
  const std::string forced = hash("HEAD");
  ASSERT_NE(forced, moved);
  push({"--force", "main:refs/heads/topic/one"});
  expect_change(push_event().changes.at(0), "refs/heads/topic/one", RefChangeType::update, moved,
                forced);

  push({":refs/heads/topic/one"});
  const RefsChanged deleted = push_event();
  expect_change(deleted.changes.at(0), "refs/heads/topic/one", RefChangeType::del, forced, "");
  EXPECT_TRUE(deleted.commits.empty());
  EXPECT_FALSE(deleted.to_commit);
}

TEST_P(DeliveriesTest, ATagIsCreatedAndDeleted) {
  attach();
  run_git(work_, {"tag", "-a", "release/9", "-m", "Nine"});
  const std::string object = hash("release/9"), commit = hash("release/9^{commit}");
  ASSERT_NE(object, commit);
  push({"release/9"});
  const RefsChanged created = push_event();
  expect_change(created.changes.at(0), "refs/tags/release/9", RefChangeType::add, "", object);
  EXPECT_EQ(created.to_commit ? created.to_commit->id : "", major_version() < 8 ? "" : commit);
  push({":refs/tags/release/9"});
  expect_change(push_event().changes.at(0), "refs/tags/release/9", RefChangeType::del, object, "");

  run_git(work_, {"tag", "light"});
  push({"light"});
  expect_change(push_event().changes.at(0), "refs/tags/light", RefChangeType::add, "", commit);
}

TEST_P(DeliveriesTest, AllRefsOfAPushAreInOneDelivery) {
  attach();
  const std::string before = hash("HEAD"), feature = hash("origin/feature/login");
  commit_files(work_, "More", {{"a", "1"}});
  push({"main", "main:refs/heads/new", "main:refs/tags/v9", ":refs/heads/feature/login"});
  const auto push = event<RefsChanged>();
  ASSERT_THAT(push.changes, SizeIs(4));
  expect_change(push.changes[0], "refs/heads/feature/login", RefChangeType::del, feature, "");
  expect_change(push.changes[1], "refs/heads/main", RefChangeType::update, before, hash("HEAD"));
  expect_change(push.changes[2], "refs/heads/new", RefChangeType::add, "", hash("HEAD"));
  expect_change(push.changes[3], "refs/tags/v9", RefChangeType::add, "", hash("HEAD"));
}

// From 8.0 on; their times are ISO 8601 from 10.3 on.
TEST_P(DeliveriesTest, TheNewestCommitsComeAlong) {
  attach();
  std::vector<std::string> made;
  for (const char* message : {"One", "Two"})
    made.insert(made.begin(), commit_files(work_, message, {{"a", message}}));
  push({"main"});
  const RefsChanged event = push_event();
  if (major_version() < 8) {
    EXPECT_TRUE(event.commits.empty());
    EXPECT_FALSE(event.to_commit);
    return;
  }
  ASSERT_THAT(event.commits, SizeIs(2));
  ASSERT_TRUE(event.to_commit);
  EXPECT_EQ(*event.to_commit, event.commits[0]);
  for (std::size_t i = 0; i < made.size(); ++i) {
    EXPECT_EQ(event.commits[i].id, made[i]);
    const std::string seconds = run_git(work_, {"log", "-1", "--format=%at", made[i]});
    EXPECT_EQ(event.commits[i].author_timestamp.time_since_epoch(),
              std::chrono::seconds(std::stoll(seconds)));
  }
  EXPECT_EQ(event.commits[0].message, "Two");
  EXPECT_EQ(last_body()["toCommit"]["authorTimestamp"].is_string(), major_version() >= 10);
}

TEST_P(DeliveriesTest, ARepositoryIsRenamedAndMoved) {
  attach();
  const Repo before = client_.repos.get(demo);
  const Repo renamed = client_.repos.update(demo, {.name = "New name"});
  const auto rename = event<RepoModified>();
  EXPECT_EQ(rename.event_key, "repo:modified");
  EXPECT_EQ(rename.actor.name, "ann");
  EXPECT_EQ(rename.old_repository, before);
  EXPECT_EQ(rename.new_repository, renamed);
  EXPECT_EQ(rename.new_repository.id, before.id);
  EXPECT_LT(std::chrono::abs(std::chrono::system_clock::now() - rename.date),
            std::chrono::minutes(5));

  const Repo moved = client_.repos.update(renamed, {.project = "BIG"});
  const auto move = event<RepoModified>();
  EXPECT_EQ(move.old_repository.full_name(), "PRJ/new-name");
  EXPECT_EQ(move.new_repository, moved);

  run_git(work_, {"remote", "set-url", "origin", clone_url("big/new-name")});
  push({"main:refs/heads/after"});
  const auto push = event<RefsChanged>();
  EXPECT_EQ(push.repository, moved);
  EXPECT_EQ(push.repository.id, before.id);
}

TEST_P(DeliveriesTest, APingIsAnsweredThoughItIsNotSigned) {
  const HookTestResult result = client_.hooks.test(demo, inbox_.url());
  EXPECT_EQ(result.response.parse()["status"], 204);
  const auto all = inbox_.replies(*server_);
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].outcome, WebhookOutcome::ping);
  EXPECT_FALSE(all[0].event);
}

TEST_P(DeliveriesTest, AnotherSecretOrNoneIsRefused) {
  for (const Secret& secret : {Secret("another secret"), Secret()}) {
    const Hook hook = attach(secret);
    push({"main:refs/heads/for-hook-" + std::to_string(hook.id.value)});
    const auto all = inbox_.replies(*server_);
    ASSERT_THAT(all, SizeIs(1));
    EXPECT_EQ(all[0].status, 401);
    EXPECT_EQ(all[0].outcome, WebhookOutcome::bad_signature);
    EXPECT_THAT(all[0].text, HasSubstr("X-Hub-Signature"));
    const json latest =
        client_.call(Method::get, "/rest/api/1.0/projects/PRJ/repos/demo/webhooks/" +
                                      std::to_string(hook.id.value) + "/latest");
    EXPECT_EQ(latest["result"], json({{"outcome", "FAILURE"}, {"description", "401"}}));
    client_.hooks.remove(demo, hook.id);
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, DeliveriesTest,
                         ::testing::Values("5.16.0", "7.21.0", "8.19.0", "10.4.0"),
                         [](const auto& each) {
                           std::string name = each.param;
                           for (char& c : name) c = c == '.' ? '_' : c;
                           return 'V' + name;
                         });

}  // namespace
}  // namespace webhook_test
