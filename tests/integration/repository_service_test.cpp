#include <optional>
#include <set>

#include <bitbucket/webhooks.hpp>

#include <bitbucket/testing/fake_transport.hpp>

#include "integration/repository_fixture.hpp"

namespace bitbucket::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(RepositoryServiceTest, DescribesARepositoryByItsSlugAndNotItsName) {
  server_->misbehave(
      {.method = "GET",
       .path = kDemo,
       .fault = faults::answer(
           200, {{"Content-Type", "application/json"}},
           R"({"id":72,"slug":"demo","name":"Demo / Two","project":{"key":"PRJ","name":"Project"}})")});
  EXPECT_EQ(
      service().describe(kDemoName),
      (RepositoryDescription{.external_id = "72",
                             .identifier = "PRJ/demo",
                             .name = "Project/Demo / Two",
                             .repo = {"PRJ", "demo"},
                             .url = server_->base_url() + "/projects/PRJ/repos/demo/browse"}));
}

TEST_F(RepositoryServiceTest, RefusesToAttachARepositoryWithoutAnId) {
  for (const std::string id : {"", R"("id": 0, )", R"("id": null, )"}) {
    const auto transport = testing::FakeTransport::in_turn(
        {testing::json_answer("{" + id + R"("slug": "demo", "project": {"key": "PRJ"}})")});
    const BitbucketServer client(
        {.base_url = "https://git.example.com", .connection = {.transport = transport}});
    const RepositoryService strange(
        client, store_, {.base_url = "https://git.example.com", .webhook_url = [](const auto&) {
                           return std::string("https://bot.example.com/");
                         }});
    EXPECT_THROW(strange.attach(kDemoName), DecodeError) << id;
    EXPECT_THAT(store_->list(), IsEmpty()) << id;
    EXPECT_EQ(transport->started(), 1u) << id;
  }
}

TEST_F(RepositoryServiceTest, RefusesToAttachARepositoryWithASlashInItsKeyOrSlug) {
  EXPECT_THROW(service().attach("PRJ/nested/repo"), InvalidArgument);
  EXPECT_THAT(server_->requests(), IsEmpty());
  for (const RepoRef& repo : {RepoRef("PRJ", "nested/repo"), RepoRef("PRJ", "demo/"),
                              RepoRef("PRJ/repos", "demo"), RepoRef("PRJ", "../demo")})
    EXPECT_THROW(service().attach(repo), ApiError) << repo;
  EXPECT_THAT(store_->list(), IsEmpty());
  EXPECT_THAT(ours(), IsEmpty());
}

// The ids are those that a server chose; the name of the repository is not its slug.
TEST_F(RepositoryServiceTest, SendsAWebhookAndStoresWhatTheServerAnswers) {
  const std::string repo =
      R"({"id":72,"slug":"helloworld","name":"Hello World","project":{"key":"PRJ"}})";
  const std::string none = R"({"values":[],"isLastPage":true})";
  const std::string hook = R"({"id":79,"name":"bot","url":"https://bot.example.com/hooks/72"})";
  const auto transport = testing::FakeTransport::in_turn(
      {testing::json_answer(repo), testing::json_answer(none), testing::json_answer(hook, 201),
       testing::json_answer(R"({"values":[)" + hook + R"(],"isLastPage":true})")});
  const BitbucketServer client(
      {.base_url = "https://bitbucket.example.com", .connection = {.transport = transport}});
  const RepositoryService service(client, store_,
                                  {.base_url = "https://bitbucket.example.com",
                                   .webhook_url = [](const RepositoryDescription& found) {
                                     return "https://bot.example.com/hooks/" + found.external_id;
                                   }});
  const auto attached = service.attach("PRJ/helloworld");
  EXPECT_EQ(attached,
            (AttachedRepository{
                .external_id = "72",
                .name = "PRJ/helloworld",
                .repo = {"PRJ", "helloworld"},
                .url = "https://bitbucket.example.com/projects/PRJ/repos/helloworld/browse",
                .webhook = HookId(79),
                .webhook_secret = attached.webhook_secret}));
  EXPECT_EQ(store_->find("72"), attached);
  const Request post = transport->requests().at(2);
  EXPECT_EQ(post.method, Method::post);
  EXPECT_EQ(post.url,
            "https://bitbucket.example.com/rest/api/1.0/projects/PRJ/repos/helloworld/webhooks");
  EXPECT_EQ(json::parse(post.body),
            (json{{"name", "bitbucket-integration"},
                  {"url", "https://bot.example.com/hooks/72"},
                  {"active", true},
                  {"events", {"repo:refs_changed", "repo:modified"}},
                  {"sslVerificationRequired", true},
                  {"configuration", {{"secret", attached.webhook_secret.reveal()}}}}));
}

TEST_F(RepositoryServiceTest, FindsAllPagesOfRepositoriesThatItAdministers) {
  testing::GitServerOptions with = server_test::options();
  with.max_page_limit = 1;
  server_ = server_test::serve(with);
  std::set<std::string> found;
  for (const auto& each : service().search()) found.insert(each.identifier);
  EXPECT_THAT(found,
              ElementsAre("BIG/long", "BIG/wide", "PRJ/demo", "PRJ/empty", "PRJ/rich", "~ann/own"));
  for (const auto& request : server_->requests())
    EXPECT_NE(request.target.find("permission=REPO_ADMIN"), std::string::npos) << request.target;
  const auto own = service().search("ow");
  ASSERT_THAT(own, SizeIs(1));
  EXPECT_EQ(own[0].repo, RepoRef("~ann", "own"));
  EXPECT_EQ(own[0].url, server_->base_url() + "/projects/~ann/repos/own/browse");
  EXPECT_THAT(service().search("no such repository"), IsEmpty());
}

TEST_F(RepositoryServiceTest, DetachesTwice) {
  const auto attached = service().attach(kDemoName);
  service().detach(attached.external_id);
  EXPECT_THAT(ours(), IsEmpty());
  EXPECT_THAT(store_->list(), IsEmpty());
  server_->clear_requests();
  service().detach(attached.external_id);
  service().detach("unknown");
  EXPECT_THAT(server_->requests(), IsEmpty());
}

TEST_F(RepositoryServiceTest, DetachesWhenTheWebhookOrTheRepositoryIsGone) {
  const auto attached = service().attach(kDemoName);
  remove_webhook(attached.webhook->value);
  service().detach(attached.external_id);
  EXPECT_THAT(store_->list(), IsEmpty());
  for (const std::optional<HookId>& webhook : {std::optional<HookId>(), std::optional(HookId(7))}) {
    store_->add({.external_id = "7000",
                 .name = "PRJ/gone",
                 .repo = {"PRJ", "gone"},
                 .url = "",
                 .webhook = webhook,
                 .webhook_secret = "s"});
    service().detach("7000");
    EXPECT_THAT(store_->list(), IsEmpty());
  }
}

TEST_F(RepositoryServiceTest, StaysAttachedWhenTheServerRefusesToDetach) {
  const auto attached = service().attach(kDemoName);
  for (const int status : {401, 403, 500}) {
    server_->misbehave({.method = "DELETE", .fault = faults::answer(status)});
    EXPECT_THROW(service().detach(attached.external_id), ApiError) << status;
    expect_attached(attached);
  }
}

TEST_F(RepositoryServiceTest, DetachesWhatWasNotAttachedCompletely) {
  const auto attached = service().attach(kDemoName);
  auto pending = attached;
  pending.webhook.reset();
  ASSERT_TRUE(store_->replace(attached, pending));
  service().detach(pending.external_id);
  EXPECT_THAT(ours(), IsEmpty());
  EXPECT_THAT(store_->list(), IsEmpty());
}

TEST_F(RepositoryServiceTest, DetachesFromEveryWebhookOfItsAddress) {
  const auto attached = service().attach(kDemoName);
  webhook(url_);  // of another process, which was killed
  const json other = webhook(url_ + "/other");
  service().detach(attached.external_id);
  EXPECT_THAT(ours(), IsEmpty());
  EXPECT_THAT(webhooks(url_ + "/other"), ElementsAre(other));
}

TEST_F(RepositoryServiceTest, DetachesFromAWebhookWithAFormerAddress) {
  const auto attached = service().attach(kDemoName);
  const std::string former = std::exchange(url_, "https://new.example.com/hook");
  service().detach(attached.external_id);
  EXPECT_THAT(webhooks(former), IsEmpty());
  EXPECT_THAT(store_->list(), IsEmpty());
}

TEST_F(RepositoryServiceTest, DetachesARepositoryWhoseRenameWasMissed) {
  const BitbucketServer client(client_options());
  const auto attached = service().attach(kDemoName);
  const Repo renamed = client.repos.update(kDemoName, {.name = "renamed", .archived = true});
  // Another repository has its name now.
  const Repo other = client.repos.update("PRJ/rich", {.name = "demo"});
  const json others = webhook(url_);
  service().detach(attached.external_id);
  EXPECT_THAT(client.hooks.list(renamed).to_vector(), IsEmpty());
  EXPECT_THAT(ours(), ElementsAre(others));
  EXPECT_THAT(store_->list(), IsEmpty());
}

TEST_F(RepositoryServiceTest, LeavesTheRepositoryThatHasTheNameNowAlone) {
  const auto attached = service().attach(kDemoName);
  auto renamed = attached;
  renamed.external_id = "7000";  // it was PRJ/demo before
  renamed.webhook.reset();
  store_->add(renamed);
  service().detach("7000");
  expect_attached(attached);
  EXPECT_THAT(store_->list(), SizeIs(1));
}

TEST_F(RepositoryServiceTest, FollowsARepositoryThatWasRenamedOrMoved) {
  auto expected = service().attach(kDemoName);
  Repo shown;
  shown.id = std::stoll(expected.external_id);
  shown.name = "Not / the slug";
  shown.slug = "renamed";
  shown.project.key = "~ann";
  expected.name = "~ann/renamed";
  expected.repo = {"~ann", "renamed"};
  expected.url = server_->base_url() + "/projects/~ann/repos/renamed/browse";
  EXPECT_EQ(service().refresh(shown), expected);
  EXPECT_EQ(store_->find(expected.external_id), expected);
  shown.id = 7000;
  EXPECT_EQ(service().refresh(shown), std::nullopt);
  EXPECT_THAT(store_->list(), SizeIs(1));
}

TEST_F(RepositoryServiceTest, IgnoresKeysAndSlugsThatCannotExist) {
  const auto attached = service().attach(kDemoName);
  server_->clear_requests();
  for (const auto& [key, slug] :
       std::vector<std::pair<std::string, std::string>>{{"PRJ", "nested/repo"},
                                                        {"PRJ", ""},
                                                        {"", "demo2"},
                                                        {"A/B", "demo2"},
                                                        {"PRJ", ".."},
                                                        {".", "demo2"}}) {
    Repo shown;
    shown.id = std::stoll(attached.external_id);
    shown.project.key = key;
    shown.slug = slug;
    EXPECT_EQ(service().refresh(shown), attached) << key << ' ' << slug;
    EXPECT_EQ(store_->find(attached.external_id), attached);
  }
  EXPECT_THAT(server_->requests(), IsEmpty());
}

TEST_F(RepositoryServiceTest, ReceivesPushesThatAreSignedWithTheStoredSecret) {
  testing::GitServerOptions with = server_test::options();
  with.mask_webhook_secrets = true;
  server_ = server_test::serve(with);
  const server_test::Receiver receiver;
  url_ = receiver.url();
  webhook(url_, {{"configuration", {{"secret", "of an attempt that died"}}}});
  service().attach(kDemoName);
  const auto attached = service().attach(kDemoName);

  const test_support::TempDir folder;
  const auto work = folder / "work";
  const auto git = [](const std::filesystem::path& in, std::vector<std::string> args) {
    args.insert(args.begin(), {"-c", "http.extraHeader=Authorization: Bearer bob-token"});
    test_support::run_git(in, args);
  };
  git(folder.path(),
      {"clone", "--quiet", server_->base_url() + "/scm/prj/demo.git", work.string()});
  const std::string id = test_support::commit_files(work, "A push", {{"pushed.txt", "hello\n"}});
  git(work, {"push", "--quiet", "origin", "main"});
  ASSERT_TRUE(server_->wait_for_deliveries());
  const auto deliveries = receiver.deliveries();
  ASSERT_THAT(deliveries, SizeIs(1));
  const WebhookRequest request{
      .method = "POST", .headers = deliveries[0].headers, .body = deliveries[0].body};
  EXPECT_EQ(WebhookReceiver({.secrets = {Secret("other")}}).receive(request).status, 401);
  const auto reply = WebhookReceiver({.secrets = {attached.webhook_secret}}).receive(request);
  ASSERT_TRUE(reply.event) << reply.text;
  const auto& push = std::get<RefsChanged>(reply.event->payload);
  EXPECT_EQ(push.changes.at(0).to_hash, CommitId(id));
  EXPECT_EQ(service().refresh(push.repository), attached);
}

TEST(RepositoryServiceOptionsTest, SayWhatIsMissing) {
  const BitbucketServer client({.base_url = "https://git.example.com"});
  const auto store = std::make_shared<MemoryRepositoryStore>();
  const auto url = [](const RepositoryDescription&) { return std::string("https://bot/hook"); };
  const RepositoryServiceOptions good{.base_url = "https://git.example.com", .webhook_url = url};
  EXPECT_NO_THROW(RepositoryService(client, store, good));
  EXPECT_THROW(RepositoryService(client, nullptr, good), InvalidArgument);
  for (const auto spoil : std::vector<void (*)(RepositoryServiceOptions&)>{
           [](auto& o) { o.base_url.clear(); }, [](auto& o) { o.webhook_url = nullptr; },
           [](auto& o) { o.webhook_name.clear(); }, [](auto& o) { o.events.clear(); }}) {
    RepositoryServiceOptions bad = good;
    spoil(bad);
    EXPECT_THROW(RepositoryService(client, store, bad), InvalidArgument);
  }
}

}  // namespace
}  // namespace bitbucket::test
