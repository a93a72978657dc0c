// The whole story: connect, attach, push, receive, rename, push, detach.
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include <bitbucket/integration/repository_service.hpp>
#include <bitbucket/webhooks.hpp>

#include "auth/keys.hpp"
#include "integration/setup_world.hpp"
#include "webhooks/inbox.hpp"

namespace bitbucket::test {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class EndToEndTest : public SetupWorld {
 protected:
  /// Goes through the three legs, and stores and restores what they give.
  ConnectedInstallation connect() {
    const PendingSetup pending = begin();
    const ConnectedInstallation connected = finish(pending, allow(pending));
    const std::string installation = to_json(connected.installation);
    const std::string identity = to_json(connected.identity, options_.sealer);
    ConnectedInstallation restored{read_installation(installation),
                                   read_identity(identity, options_.sealer)};
    EXPECT_EQ(restored, connected);
    return restored;
  }
  RepositoryService service(const ConnectedInstallation& connected) {
    return {make_client(connected),
            store_,
            {.base_url = connected.installation.base_url,
             .webhook_url = [this](const RepositoryDescription& repository) {
               return inbox_.url() + "?repository=" + repository.external_id;
             }}};
  }
  /// Finds the secret for "/hook?repository=ID", as a service with many repositories does.
  std::vector<Secret> secrets_of(std::string_view url) {
    const auto stored = store_->find(url.substr(url.find('=') + 1));
    if (!stored) return {};
    return {stored->webhook_secret};
  }
  template <class Event>
  Event event() {
    return inbox_.event<Event>(*server_);
  }
  static void git(const std::filesystem::path& folder, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"-c", "http.extraHeader=Authorization: Bearer bob-token"});
    test_support::run_git(folder, arguments);
  }
  /// Pushes a new commit to the clone link of a repository and returns its id.
  CommitId push(const Repo& repo) {
    const std::string link(repo.clone_url());
    if (!std::filesystem::exists(work_)) git(folder_.path(), {"clone", "-q", link, work_.string()});
    const std::string id =
        test_support::commit_files(work_, "A push", {{"pushes", std::to_string(++pushes_)}});
    git(work_, {"push", "-q", link, "main"});
    return CommitId(id);
  }
  /// Pushes and expects that the push is received, for this attached repository.
  void expect_push_received(const BitbucketServer& client, const AttachedRepository& attached,
                            const RepositoryService& repositories) {
    const CommitId id = push(client.repos.get(attached.repo));
    const auto event = this->event<RefsChanged>();
    EXPECT_EQ(event.actor.name, "bob");
    EXPECT_EQ(event.repository.ref(), attached.repo);
    ASSERT_THAT(event.changes, SizeIs(1));
    EXPECT_EQ(event.changes[0].to_hash, id);
    EXPECT_EQ(repositories.refresh(event.repository), attached);
  }
  /// The whole story; the repository is called `name` in the middle of it.
  void run(const RepoRef& before, const std::string& name, const RepoRef& after);

  const test_support::TempDir folder_;
  const std::filesystem::path work_ = folder_ / "work";
  int pushes_ = 0;
  const std::shared_ptr<RepositoryStore> store_ = std::make_shared<MemoryRepositoryStore>();
  webhook_test::Inbox inbox_{[this](std::string_view url) { return secrets_of(url); }};
};

void EndToEndTest::run(const RepoRef& before, const std::string& name, const RepoRef& after) {
  const ConnectedInstallation connected = connect();
  const BitbucketServer client = make_client(connected);
  ASSERT_EQ(check_access(client), std::nullopt);
  const RepositoryService repositories = service(connected);

  AttachedRepository attached = repositories.attach(before);
  ASSERT_EQ(attached.repo, before);
  expect_push_received(client, attached, repositories);

  const Repo renamed = client.repos.update(attached.repo, {.name = name});
  const auto rename = event<RepoModified>();
  EXPECT_EQ(rename.old_repository.ref(), before);
  EXPECT_EQ(rename.new_repository, renamed);
  attached.name = after.str();
  attached.repo = after;
  attached.url = client.repos.get(after).links.find("self");
  EXPECT_EQ(repositories.refresh(rename.new_repository), attached);
  EXPECT_EQ(store_->find(attached.external_id), attached);
  expect_push_received(client, attached, repositories);

  repositories.detach(attached.external_id);
  EXPECT_THAT(client.hooks.list(after).to_vector(), IsEmpty());
  EXPECT_THAT(store_->list(), IsEmpty());
  push(client.repos.get(after));
  EXPECT_THAT(inbox_.replies(*server_), IsEmpty());
}

TEST_F(EndToEndTest, ConnectsAttachesFollowsARenameAndDetachesTwiceInARow) {
  run("PRJ/demo", "Renamed Demo", "PRJ/renamed-demo");
  run("PRJ/renamed-demo", "demo", "PRJ/demo");
}

TEST_F(EndToEndTest, LearnsOfARenameFromTheNextPush) {
  const ConnectedInstallation connected = connect();
  const BitbucketServer client = make_client(connected);
  const RepositoryService repositories = service(connected);
  AttachedRepository attached = repositories.attach("PRJ/demo");
  const Repo renamed = client.repos.update(attached.repo, {.name = "Renamed Demo"});
  event<RepoModified>();  // the service forgets it
  push(renamed);
  const auto now = repositories.refresh(event<RefsChanged>().repository);
  ASSERT_TRUE(now);
  EXPECT_EQ(now->repo, RepoRef("PRJ/renamed-demo"));
  repositories.detach(now->external_id);
  EXPECT_THAT(client.hooks.list(now->repo).to_vector(), IsEmpty());
}

TEST_F(EndToEndTest, RefusesPushesOfARepositoryThatIsNotAttached) {
  const BitbucketServer client = make_client(connect());
  client.hooks.create("PRJ/demo", {.name = "of nobody",
                                   .url = inbox_.url() + "?repository=7000",
                                   .events = {"repo:refs_changed"},
                                   .secret = "any"});
  push(client.repos.get("PRJ/demo"));
  const auto all = inbox_.replies(*server_);
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].outcome, WebhookOutcome::bad_signature);
  EXPECT_EQ(all[0].status, 401);
}

TEST_F(EndToEndTest, RefusesAPushWithASlashInTheSlug) {
  const ConnectedInstallation connected = connect();
  const BitbucketServer client = make_client(connected);
  const AttachedRepository attached = service(connected).attach("PRJ/demo");
  push(client.repos.get(attached.repo));
  EXPECT_EQ(event<RefsChanged>().repository.slug, "demo");
  const std::string body =
      keys::replaced(inbox_.last_body(), R"("slug":"demo")", R"("slug":"nested/repo")");
  const std::string url = inbox_.url();
  server_->clear_requests();
  const auto answer = server_test::send(
      std::stoi(url.substr(url.rfind(':') + 1)), "POST",
      url.substr(url.rfind('/')) + "?repository=" + attached.external_id,
      {{"X-Event-Key", "repo:refs_changed"},
       {"X-Hub-Signature", "sha256=" + server_test::hmac_sha256_hex(
                                           std::string(attached.webhook_secret.reveal()), body)}},
      body);
  EXPECT_EQ(answer.status, 400);
  const auto all = inbox_.replies(*server_);
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].outcome, WebhookOutcome::bad_body) << all[0].text;
  EXPECT_EQ(store_->find(attached.external_id), attached);
  EXPECT_THAT(server_->requests(), IsEmpty());
}

TEST_F(EndToEndTest, DetachesARepositoryWhoseRenameItMissed) {
  const ConnectedInstallation connected = connect();
  const BitbucketServer client = make_client(connected);
  const RepositoryService repositories = service(connected);
  const AttachedRepository attached = repositories.attach("PRJ/demo");
  const Repo renamed = client.repos.update(attached.repo, {.name = "Renamed Demo"});
  repositories.detach(attached.external_id);
  EXPECT_THAT(client.hooks.list(renamed).to_vector(), IsEmpty());
  EXPECT_THAT(store_->list(), IsEmpty());
}

}  // namespace
}  // namespace bitbucket::test
