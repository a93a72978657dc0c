#include <barrier>
#include <optional>
#include <stdexcept>
#include <thread>

#include "integration/repository_fixture.hpp"

namespace bitbucket::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

using RepositoryAttachTest = RepositoryServiceTest;

/// Calls `meddle` before each change, with its number.
class MeddledStore : public MemoryRepositoryStore {
 public:
  std::function<void(MeddledStore& store, int change)> meddle;
  AttachedRepository add(const AttachedRepository& repository) override {
    before_change();
    return MemoryRepositoryStore::add(repository);
  }
  bool replace(const AttachedRepository& expected, const AttachedRepository& now) override {
    before_change();
    return MemoryRepositoryStore::replace(expected, now);
  }
  bool remove(const AttachedRepository& expected) override {
    before_change();
    return MemoryRepositoryStore::remove(expected);
  }

 private:
  void before_change() {
    if (!meddle || busy_) return;
    busy_ = true;
    try {
      meddle(*this, ++changes_);
    } catch (...) {
      busy_ = false;
      throw;
    }
    busy_ = false;
  }
  bool busy_ = false;
  int changes_ = 0;
};

TEST_F(RepositoryAttachTest, AttachesWithAWebhookAndStoresIt) {
  const auto attached = service().attach(kDemoName);
  EXPECT_EQ(attached.external_id, service().describe(kDemoName).external_id);
  EXPECT_EQ(attached.name, "PRJ/demo");
  EXPECT_EQ(attached.repo, RepoRef("PRJ", "demo"));
  EXPECT_EQ(attached.url, server_->base_url() + "/projects/PRJ/repos/demo/browse");
  EXPECT_THAT(std::string(attached.webhook_secret.reveal()), MatchesRegex("[0-9a-f]{64}"));
  expect_attached(attached);
  const json hook = ours().at(0);
  EXPECT_EQ(hook["name"], "bitbucket-integration");
  EXPECT_EQ(hook["active"], true);
  EXPECT_EQ(hook["events"], (json{"repo:refs_changed", "repo:modified"}));
  EXPECT_NE(service().attach("PRJ/rich").webhook_secret, attached.webhook_secret);
  EXPECT_THAT(store_->list(), SizeIs(2));
}

TEST_F(RepositoryAttachTest, AttachesTwiceWithOneWebhook) {
  const auto first = service().attach(kDemoName);
  EXPECT_EQ(service().attach(kDemoName), first);
  expect_attached(first);
}

TEST_F(RepositoryAttachTest, LeavesWebhooksOfOthersAlone) {
  testing::GitServerOptions with = server_test::options();
  with.max_page_limit = 2;
  server_ = server_test::serve(with);
  std::vector<json> others;
  for (const char* more : {"/", "?x=1", "/2", "s", "#"}) others.push_back(webhook(url_ + more));
  webhook(url_);  // on the third page
  const auto attached = service().attach(kDemoName);
  expect_attached(attached);
  service().detach(attached.external_id);
  EXPECT_THAT(ours(), IsEmpty());
  for (const json& other : others)
    EXPECT_THAT(webhooks(other["url"].get<std::string>()), ElementsAre(other));
}

TEST_F(RepositoryAttachTest, LeavesWebhooksOfTheProjectAlone) {
  server_->misbehave(
      {.method = "GET",
       .path = kHooksPath,
       .fault = faults::answer(
           200, {{"Content-Type", "application/json"}},
           R"({"size":1,"limit":25,"start":0,"isLastPage":true,"values":[{"id":900,"url":")" +
               url_ + R"(","name":"bot","scopeType":"project"}]})")});
  expect_attached(service().attach(kDemoName));
}

TEST_F(RepositoryAttachTest, TakesOverTheOldestWebhookOfAnAttemptThatDied) {
  const json oldest = webhook(url_, {{"active", false},
                                     {"configuration", {{"secret", "lost"}, {"other", 1}}},
                                     {"credentials", {{"username", "u"}, {"password", "p"}}}});
  webhook(url_);
  webhook(url_);
  const auto attached = service().attach(kDemoName);
  expect_attached(attached);
  const json hook = ours().at(0);
  EXPECT_EQ(hook["id"], oldest["id"]);
  EXPECT_EQ(hook["active"], true);
  EXPECT_EQ(hook["name"], "bitbucket-integration");
  EXPECT_EQ(hook["events"], (json{"repo:refs_changed", "repo:modified"}));
  EXPECT_FALSE(hook.contains("credentials"));
}

TEST_F(RepositoryAttachTest, CompletesAStoredRepositoryWithoutAWebhook) {
  const auto place = service().describe(kDemoName);
  store_->add({.external_id = place.external_id,
               .name = "OLD/name",
               .repo = {"OLD", "name"},
               .url = "",
               .webhook = {},
               .webhook_secret = "kept"});
  const auto attached = service().attach(kDemoName);
  expect_attached(attached);
  EXPECT_EQ(attached.webhook_secret, Secret("kept"));
  EXPECT_EQ(attached.repo, RepoRef("PRJ", "demo"));
}

TEST_F(RepositoryAttachTest, ReplacesAWebhookThatWasDeletedByHand) {
  const auto first = service().attach(kDemoName);
  remove_webhook(first.webhook->value);
  const auto second = service().attach(kDemoName);
  EXPECT_NE(second.webhook, first.webhook);
  EXPECT_EQ(second.webhook_secret, first.webhook_secret);
  expect_attached(second);
}

TEST_F(RepositoryAttachTest, GivesItsWebhookANewAddress) {
  const auto first = service().attach(kDemoName);
  const std::string former = std::exchange(url_, "https://new.example.com/hook");
  EXPECT_EQ(service().attach(kDemoName), first);
  expect_attached(first);
  EXPECT_THAT(webhooks(former), IsEmpty());
}

TEST_F(RepositoryAttachTest, AttachesInTwoProcessesAtOnceWithOneWebhook) {
  for (int time = 0; time < 20; ++time) {
    std::barrier start(2);
    std::vector<AttachedRepository> attached(2);
    {
      std::vector<std::jthread> processes;
      for (auto& result : attached)
        processes.emplace_back([&] {
          const RepositoryService own = service();
          start.arrive_and_wait();
          try {
            result = own.attach(kDemoName);
          } catch (const Error& error) {
            ADD_FAILURE() << error.what();
          }
        });
    }
    expect_attached(attached[0]);
    EXPECT_EQ(attached[0], attached[1]);
    service().detach(attached[0].external_id);
    EXPECT_THAT(ours(), IsEmpty());
  }
}

TEST_F(RepositoryAttachTest, KeepsTheOlderWebhookOfAnotherProcess) {
  json other;
  const auto attached =
      service(after_first(Method::get, [&] { other = webhook(url_); })).attach(kDemoName);
  EXPECT_EQ(attached.webhook->value, other["id"].get<std::int64_t>());
  expect_attached(attached);
}

TEST_F(RepositoryAttachTest, CreatesItsWebhookAgainWhenItWasRemovedAtOnce) {
  const auto attached = service(after_first(Method::post, [&] {
                          remove_webhook(ours().at(0)["id"].get<std::int64_t>());
                        })).attach(kDemoName);
  expect_attached(attached);
}

TEST_F(RepositoryAttachTest, GivesTheWebhookTheSecretThatIsStoredInTheEnd) {
  const auto meddled = std::make_shared<MeddledStore>();
  store_ = meddled;
  meddled->meddle = [](MeddledStore& store, int change) {
    if (change != 2) return;
    auto other = store.list().at(0);
    store.remove(other);
    other.webhook_secret = "of a third process";
    store.add(other);
  };
  const auto attached = service().attach(kDemoName);
  EXPECT_EQ(attached.webhook_secret, Secret("of a third process"));
  expect_attached(attached);
}

TEST_F(RepositoryAttachTest, StoresTheRepositoryAgainWhenAnotherProcessFailedMeanwhile) {
  const auto meddled = std::make_shared<MeddledStore>();
  store_ = meddled;
  meddled->meddle = [](MeddledStore& store, int change) {
    if (change == 2) store.remove(store.list().at(0));
  };
  expect_attached(service().attach(kDemoName));
}

TEST_F(RepositoryAttachTest, AttachesWhatIsRefreshedMeanwhile) {
  const auto meddled = std::make_shared<MeddledStore>();
  store_ = meddled;
  meddled->meddle = [](MeddledStore& store, int change) {
    if (change != 2) return;
    const auto stored = store.list().at(0);
    auto renamed = stored;
    renamed.name = "PRJ/renamed";
    ASSERT_TRUE(store.replace(stored, renamed));
  };
  expect_attached(service().attach(kDemoName));
}

TEST_F(RepositoryAttachTest, RefreshesWhatIsAttachedMeanwhileWithoutLosingTheWebhook) {
  const auto meddled = std::make_shared<MeddledStore>();
  store_ = meddled;
  const auto attached = service().attach(kDemoName);
  auto pending = attached;
  pending.webhook.reset();
  ASSERT_TRUE(store_->replace(attached, pending));
  meddled->meddle = [&](MeddledStore& store, int) { store.replace(pending, attached); };
  Repo shown;
  shown.id = std::stoll(attached.external_id);
  shown.slug = "later";
  shown.project.key = "PRJ";
  const auto refreshed = service().refresh(shown);
  ASSERT_TRUE(refreshed);
  EXPECT_EQ(refreshed->webhook, attached.webhook);
  EXPECT_EQ(refreshed->repo, RepoRef("PRJ", "later"));
  EXPECT_EQ(store_->find(attached.external_id), refreshed);
}

TEST_F(RepositoryAttachTest, AttachesWhatWasDetachedMeanwhile) {
  for (const bool again : {false, true}) {
    const auto meddled = std::make_shared<MeddledStore>();
    store_ = meddled;
    if (again) (void)service().attach(kDemoName);
    meddled->meddle = [&, done = false](MeddledStore& store, int) mutable {
      if (store.list().empty() || std::exchange(done, true)) return;
      service().detach(store.list().at(0).external_id);
    };
    expect_attached(service().attach(kDemoName));
  }
}

TEST_F(RepositoryAttachTest, DetachesWhatWasAttachedAgainMeanwhile) {
  const auto meddled = std::make_shared<MeddledStore>();
  store_ = meddled;
  const auto attached = service().attach(kDemoName);
  meddled->meddle = [&, done = false](MeddledStore&, int) mutable {
    if (!std::exchange(done, true)) (void)service().attach(kDemoName);
  };
  service().detach(attached.external_id);
  EXPECT_THAT(ours(), IsEmpty());
  EXPECT_THAT(store_->list(), IsEmpty());
}

TEST_F(RepositoryAttachTest, GivesUpOnAStoreThatAlwaysChanges) {
  const auto meddled = std::make_shared<MeddledStore>();
  store_ = meddled;
  const auto attached = service().attach(kDemoName);
  meddled->meddle = [&](MeddledStore& store, int change) {
    const auto stored = store.list().at(0);
    auto other = stored;
    other.name = std::to_string(change);
    ASSERT_TRUE(store.replace(stored, other));
  };
  Repo shown;
  shown.id = std::stoll(attached.external_id);
  shown.slug = "demo";
  shown.project.key = "PRJ";
  EXPECT_THROW(service().detach(attached.external_id), Error);
  EXPECT_THROW(service().refresh(shown), Error);
  EXPECT_THROW(service().attach(kDemoName), Error);
  EXPECT_THAT(store_->list(), SizeIs(1));
}

TEST_F(RepositoryAttachTest, GivesUpOnAStoreThatForgetsSecrets) {
  const auto meddled = std::make_shared<MeddledStore>();
  store_ = meddled;
  meddled->meddle = [](MeddledStore& store, int change) {
    if (change % 2 == 1) return;
    auto other = store.list().at(0);
    store.remove(other);
    other.webhook_secret = "secret " + std::to_string(change);
    store.add(other);
  };
  EXPECT_THROW(service().attach(kDemoName), Error);
  EXPECT_THAT(ours(), IsEmpty());
}

TEST_F(RepositoryAttachTest, LeavesNothingBehindWhenTheStoreFails) {
  for (const int failing : {1, 2}) {
    const auto meddled = std::make_shared<MeddledStore>();
    store_ = meddled;
    meddled->meddle = [failing](MeddledStore&, int change) {
      if (change == failing) throw std::runtime_error("no disk");
    };
    EXPECT_THROW(service().attach(kDemoName), std::runtime_error) << failing;
    EXPECT_THAT(ours(), IsEmpty()) << failing;
    if (failing == 2) {
      EXPECT_THAT(store_->list(), IsEmpty());
    }
  }
}

}  // namespace
}  // namespace bitbucket::test
