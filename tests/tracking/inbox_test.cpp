#include <atomic>
#include <barrier>
#include <chrono>
#include <future>
#include <limits>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include <bitbucket/error.hpp>
#include <bitbucket/server.hpp>

#include "support/demo.hpp"
#include "tracking/databases.hpp"
#include "tracking/webhook.hpp"

namespace bitbucket::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using enum WebhookOutcome;

WebhookReceiver checking_receiver() { return WebhookReceiver({.secrets = {kWebhookSecret}}); }

WebhookReply deliver(const Inbox& inbox, const std::string& id, const std::string& body) {
  const server_test::Headers headers = signed_headers(body, id);
  return inbox.receive({.method = "POST", .headers = headers, .body = body});
}

WebhookReply deliver(const Inbox& inbox, const std::string& id) {
  return deliver(inbox, id, push_to("main"));
}

/// A thread that runs an inbox until it goes out of scope.
class Runner {
 public:
  Runner(const Inbox& inbox, Inbox::Handler handle)
      : thread_([&inbox, handle = std::move(handle)](const std::stop_token& stop) {
          inbox.run(stop, handle);
        }) {}

 private:
  std::jthread thread_;
};

class InboxTest : public StoreTest {
 protected:
  [[nodiscard]] Inbox inbox(InboxOptions options = {}) {
    if (!options.on_error)
      options.on_error = [this](const std::exception& error, const StoredDelivery* delivery) {
        const std::scoped_lock lock(mutex_);
        errors_.push_back((delivery ? delivery->request_id + ": " : "store: ") + error.what());
      };
    return {open(), checking_receiver(), std::move(options)};
  }
  [[nodiscard]] std::vector<std::string> errors() {
    const std::scoped_lock lock(mutex_);
    return errors_;
  }
  /// Hands on what waits, and returns the request ids.
  static std::vector<std::string> drained(const Inbox& inbox) {
    std::vector<std::string> ids;
    inbox.drain([&](const WebhookEvent& event) { ids.push_back(event.request_id); });
    return ids;
  }
  [[nodiscard]] std::string stored() const {
    return database_.query("SELECT request_id, attempts, done FROM deliveries ORDER BY id");
  }
  [[nodiscard]] milliseconds due() const {
    return milliseconds(std::stoll(database_.query("SELECT due_at FROM deliveries")));
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> errors_;
};
INSTANTIATE_TEST_SUITE_P(Products, InboxTest, both_products(), name_of);

TEST_P(InboxTest, RefusesAnEventThatItsUrlMayNotTell) {
  const Inbox inbox = this->inbox({.may_tell = [](std::string_view url, const WebhookEvent& event) {
    const auto* push = std::get_if<RefsChanged>(&event.payload);
    return push && url == "/hooks/" + std::to_string(push->repository.id);
  }});
  const std::string body = push_to("main");
  const std::string id = nlohmann::json::parse(body)["repository"]["id"].dump();
  const server_test::Headers headers = signed_headers(body, "x");
  const auto deliver_to = [&](const std::string& url) {
    return inbox.receive({.method = "POST", .url = url, .headers = headers, .body = body}).outcome;
  };
  EXPECT_EQ(deliver_to("/hooks/" + id + "0"), bad_signature);
  EXPECT_EQ(stored(), "");
  EXPECT_EQ(deliver_to("/hooks/" + id), accepted);
  EXPECT_THAT(drained(inbox), ElementsAre("x"));
}

TEST_P(InboxTest, Answers503WhenTheServiceCannotSayWhetherADeliveryMayTell) {
  const Inbox mine = inbox({.may_tell = [](std::string_view, const WebhookEvent&) -> bool {
    throw StoreError(StoreError::Reason::unavailable, "the database is gone");
  }});
  const WebhookReply reply = deliver(mine, "one");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.outcome, not_stored);
  EXPECT_EQ(stored(), "");
}

TEST_P(InboxTest, StoresADeliveryAndKeepsTheEventForTheHandler) {
  const Inbox mine = inbox();
  const WebhookReply reply = deliver(mine, "one", push_to("topic"));
  EXPECT_EQ(reply.status, 204);
  EXPECT_EQ(reply.outcome, accepted);
  EXPECT_FALSE(reply.event);
  EXPECT_EQ(stored(), "one|0|0\n");

  WebhookEvent event;
  EXPECT_EQ(mine.drain([&](const WebhookEvent& handed) { event = handed; }), 1u);
  EXPECT_EQ(event.key, "repo:refs_changed");
  EXPECT_EQ(event.request_id, "one");
  EXPECT_EQ(std::get<RefsChanged>(event.payload).changes.at(0).ref.display_id, "topic");
  EXPECT_EQ(stored(), "one|1|1\n");
  EXPECT_THAT(drained(mine), IsEmpty());
}

TEST_P(InboxTest, StoresNothingThatIsRefusedAndNoPing) {
  const Inbox mine = inbox();
  const std::string body = push_to("main");
  EXPECT_EQ(mine.receive({.method = "POST",
                          .headers = {{"X-Event-Key", "repo:refs_changed"},
                                      {"X-Hub-Signature", "sha256=00"}},
                          .body = body})
                .outcome,
            bad_signature);
  EXPECT_EQ(
      mine.receive({.method = "POST", .headers = {{"X-Event-Key", "diagnostics:ping"}}}).outcome,
      ping);
  const std::string event(257, 'x'), other = nlohmann::json{{"eventKey", event}}.dump();
  const server_test::Headers headers = signed_headers(other, "", event);
  const WebhookReply reply = mine.receive({.method = "POST", .headers = headers, .body = other});
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.outcome, bad_header);
  EXPECT_EQ(stored(), "");
}

TEST_P(InboxTest, AnswersADuplicateWith204AndHandsItOnOnce) {
  const Inbox mine = inbox();
  deliver(mine, "one");
  EXPECT_EQ(deliver(mine, "one").outcome, duplicate);
  EXPECT_THAT(drained(mine), ElementsAre("one"));
  const WebhookReply again = deliver(mine, "one");
  EXPECT_EQ(again.status, 204);
  EXPECT_EQ(again.outcome, duplicate);
  EXPECT_THAT(drained(mine), IsEmpty());
}

TEST_P(InboxTest, Answers503WhenTheStoreFails) {
  const Inbox mine = inbox();
  database_.query("ALTER TABLE deliveries RENAME TO gone");
  const WebhookReply reply = deliver(mine, "one");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.outcome, not_stored);
  EXPECT_EQ(reply.text, "the delivery could not be stored: see the log of the service");
  EXPECT_THAT(errors(), ElementsAre(HasSubstr("store: ")));
  EXPECT_THROW(drained(mine), StoreError);
}

TEST_P(InboxTest, Answers503WhenTheSecretsCannotBeRead) {
  const auto store = open();
  std::string told;
  const Inbox mine(store,
                   WebhookReceiver({.secrets =
                                        [store](std::string_view called) {
                                          std::vector<Secret> secrets;
                                          if (const auto found = store->repositories->find(called))
                                            secrets.push_back(found->webhook_secret);
                                          return secrets;
                                        }}),
                   {.on_error = [&](const std::exception& error, const StoredDelivery* delivery) {
                     told = delivery ? "a delivery" : error.what();
                   }});
  const std::string body = push_to("main");
  const server_test::Headers headers = signed_headers(body, "one");
  const WebhookRequest request{.method = "POST", .url = "1", .headers = headers, .body = body};
  EXPECT_EQ(mine.receive(request).status, 401);
  database_.query("ALTER TABLE repositories RENAME TO gone");
  const WebhookReply reply = mine.receive(request);
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.outcome, not_stored);
  EXPECT_FALSE(reply.event);
  EXPECT_THAT(reply.text, HasSubstr("see the log of the service"));
  EXPECT_THAT(told, HasSubstr("repositories"));
  EXPECT_EQ(stored(), "");
}

TEST_P(InboxTest, HandsOnInTheOrderOfArrival) {
  const Inbox mine = inbox();
  for (const char* id : {"one", "two", "three"}) deliver(mine, id);
  EXPECT_THAT(drained(mine), ElementsAre("one", "two", "three"));
}

TEST_P(InboxTest, WakesWhenADeliveryArrivesAndStopsAtOnce) {
  std::atomic<int> claims = 0;
  const auto store = open({.on_statement = [&](std::string_view statement) {
    claims += statement.starts_with("UPDATE deliveries SET attempts");
  }});
  const Inbox mine(store, checking_receiver(), {.poll = 1h});
  std::promise<std::string> handled;
  const Runner runner(mine,
                      [&](const WebhookEvent& event) { handled.set_value(event.request_id); });
  wait_until([&] { return claims > 0; });
  deliver(mine, "one");
  EXPECT_EQ(handled.get_future().get(), "one");
}

TEST_P(InboxTest, LooksForDeliveriesThatOtherProcessesStored) {
  const Inbox mine = inbox({.poll = 1ms}), other = inbox();
  std::promise<std::string> handled;
  const Runner runner(mine,
                      [&](const WebhookEvent& event) { handled.set_value(event.request_id); });
  deliver(other, "one");
  EXPECT_EQ(handled.get_future().get(), "one");
}

TEST_P(InboxTest, AHandlerThatFailsDoesNotHoldUpTheOthers) {
  const Inbox mine = inbox();
  for (const char* id : {"one", "two", "three"}) deliver(mine, id);
  const auto handled = mine.drain([](const WebhookEvent& event) {
    if (event.request_id == "one") throw std::runtime_error("no");
    if (event.request_id == "two") throw 2;
  });
  EXPECT_EQ(handled, 1u);
  EXPECT_THAT(errors(), ElementsAre("one: no", HasSubstr("two: the handler threw something")));
  EXPECT_EQ(stored(), "one|1|0\ntwo|1|0\nthree|1|1\n");
  EXPECT_THAT(drained(mine), IsEmpty()) << "they rest";
  database_.query("UPDATE deliveries SET due_at = 0");
  EXPECT_THAT(drained(mine), ElementsAre("one", "two"));
}

TEST_P(InboxTest, RestsLongerEachTimeAndForAnHourAtMost) {
  const Inbox mine = inbox({.retry = 10s});
  deliver(mine, "one");
  for (const auto& [attempts, rest] : std::vector<std::pair<int, milliseconds>>{
           {0, 10s}, {1, 20s}, {2, 40s}, {8, 2560s}, {9, 1h}, {1000, 1h}}) {
    database_.query("UPDATE deliveries SET due_at = 0, attempts = " + std::to_string(attempts));
    const auto before = std::chrono::system_clock::now().time_since_epoch();
    mine.drain([](const WebhookEvent&) { throw std::runtime_error("no"); });
    EXPECT_GE(due() + 2ms, before + rest);
    EXPECT_LE(due() - 2ms, std::chrono::system_clock::now().time_since_epoch() + rest);
  }
}

TEST_P(InboxTest, ADeliveryThatKillsItsProcessesRestsLongerEachTime) {
  const Inbox mine = inbox({.lease = 1min, .retry = 10s});
  deliver(mine, "one");
  database_.query("UPDATE deliveries SET attempts = 7");
  const auto before = std::chrono::system_clock::now().time_since_epoch();
  mine.drain([&](const WebhookEvent&) { EXPECT_GE(due() + 2ms, before + 1280s); });
}

TEST_P(InboxTest, DrainReturnsAlthoughADeliveryIsDueAgain) {
  const Inbox mine = inbox({.retry = 1ms});
  deliver(mine, "one");
  deliver(mine, "two");
  int calls = 0;
  EXPECT_EQ(mine.drain([&](const WebhookEvent&) {
    ++calls;
    throw std::runtime_error("no");
  }),
            0u);
  EXPECT_EQ(calls, 2);
}

TEST_P(InboxTest, OnErrorMayFinishADelivery) {
  const auto store = open();
  const Inbox mine(store, checking_receiver(),
                   {.on_error = [&](const std::exception&, const StoredDelivery* delivery) {
                     store->deliveries.finish(*delivery);
                     throw std::runtime_error("is ignored");
                   }});
  deliver(mine, "one");
  mine.drain([](const WebhookEvent&) { throw std::runtime_error("no"); });
  EXPECT_EQ(stored(), "one|1|1\n");
}

TEST_P(InboxTest, KeepsADeliveryThatItCannotRead) {
  const Inbox mine = inbox();
  deliver(mine, "one");
  database_.query(GetParam() == Product::sqlite
                      ? "UPDATE deliveries SET body = CAST('{' AS BLOB)"
                      : "UPDATE deliveries SET body = CAST('{' AS BYTEA)");
  EXPECT_THAT(drained(mine), IsEmpty());
  EXPECT_THAT(errors(), ElementsAre(HasSubstr("one: the stored delivery 1 cannot be read: ")));
  EXPECT_EQ(stored(), "one|1|0\n");
}

TEST_P(InboxTest, AHandlerMayTakeLongerThanTheLease) {
  const Inbox mine = inbox({.lease = 150ms});
  const auto other = open();
  deliver(mine, "one");
  EXPECT_EQ(mine.drain([&](const WebhookEvent&) {
    const milliseconds first = due();
    wait_until([&] { return due() > first + 150ms; });  // the first lease has ended
    EXPECT_FALSE(other->deliveries.claim(1h));
  }),
            1u);
  EXPECT_EQ(stored(), "one|1|1\n");
}

TEST_P(InboxTest, TwoInboxesHandleAtTheSameTimeAndEachDeliveryOnce) {
  const Inbox mine = inbox({.poll = 1ms}), other = inbox({.poll = 1ms});
  std::barrier both(2);
  std::mutex mutex;
  std::vector<std::string> ids;
  const auto handle = [&](const WebhookEvent& event) {
    both.arrive_and_wait();
    const std::scoped_lock lock(mutex);
    ids.push_back(event.request_id);
  };
  {
    const Runner one(mine, handle), two(other, handle);
    deliver(mine, "one");
    deliver(mine, "two");
    wait_until([&] {
      const std::scoped_lock lock(mutex);
      return ids.size() >= 2;
    });
  }
  EXPECT_THAT(ids, ::testing::UnorderedElementsAre("one", "two"));
}

TEST_P(InboxTest, ForgetsOldDeliveries) {
  const Inbox mine = inbox({.remember = 1});
  for (const char* id : {"one", "two"}) deliver(mine, id);
  mine.drain([](const WebhookEvent&) {});
  EXPECT_EQ(stored(), "two|1|1\n");
}

TEST_P(InboxTest, RefusesOptionsOutOfRange) {
  constexpr auto longest = 24h;
  EXPECT_THROW(inbox({.lease = 0ms}), InvalidArgument);
  EXPECT_THROW(inbox({.lease = longest + 1ms}), InvalidArgument);
  EXPECT_THROW(inbox({.retry = 0ms}), InvalidArgument);
  EXPECT_THROW(inbox({.poll = 0ms}), InvalidArgument);
  EXPECT_THROW(inbox({.remember = -1}), InvalidArgument);
  EXPECT_THROW(Inbox(nullptr, checking_receiver()), InvalidArgument);
}

TEST_P(InboxTest, ReceivesWhatAServerDeliversOverHttp) {
  const test_support::TempDir folder;
  const auto server = server_test::serve();
  const Inbox mine = inbox();
  const auto answer = [&](const server_test::Receiver::Delivery& delivery) {
    return mine
        .receive({.method = "POST",
                  .url = delivery.target,
                  .headers = delivery.headers,
                  .body = delivery.body})
        .status;
  };
  const server_test::Receiver endpoint(answer);
  const BitbucketServer client(
      {.base_url = server->base_url(), .credentials = BearerToken{"ann-token"}});
  client.hooks.create(demo, {.name = "inbox",
                             .url = endpoint.url(),
                             .events = {"repo:refs_changed"},
                             .secret = Secret(kWebhookSecret)});
  const std::string bob = "http.extraHeader=Authorization: Bearer bob-token";
  const auto work = folder / "work";
  test_support::run_git(folder.path(), {"-c", bob, "clone", "-q",
                                        server->base_url() + "/scm/prj/demo.git", work.string()});
  const std::string made = test_support::commit_files(work, "More", {{"a", "1"}});
  test_support::run_git(work, {"-c", bob, "push", "-q", "origin", "main"});
  ASSERT_TRUE(server->wait_for_deliveries());
  EXPECT_EQ(answer(endpoint.deliveries().at(0)), 204) << "it is repeated";

  std::vector<std::string> heads;
  mine.drain([&](const WebhookEvent& event) {
    heads.push_back(std::get<RefsChanged>(event.payload).changes.at(0).to_hash.value().value);
  });
  EXPECT_THAT(heads, ElementsAre(made));
}

/// PostgreSQL goes away and comes back.
class InboxRestartTest : public ::testing::Test {
 protected:
  TestDatabase database_{Product::postgresql};
  const std::shared_ptr<TrackingStore> store_ =
      std::make_shared<TrackingStore>(TrackingStoreOptions{.database = database_.address()});
  PostgresqlServer& server_ = PostgresqlServer::shared();
};

TEST_F(InboxRestartTest, ReceivesAgainAsSoonAsTheDatabaseIsBack) {
  const Inbox inbox(store_, checking_receiver());
  EXPECT_EQ(deliver(inbox, "one").status, 204);
  server_.stop();
  EXPECT_EQ(deliver(inbox, "two").status, 503);
  server_.start();
  EXPECT_EQ(deliver(inbox, "three").status, 204);
  server_.restart();
  EXPECT_EQ(deliver(inbox, "four").status, 204);
  EXPECT_EQ(database_.query("SELECT request_id FROM deliveries ORDER BY id"), "one\nthree\nfour\n");
}

TEST_F(InboxRestartTest, FinishesADeliveryWhenTheDatabaseIsBack) {
  std::atomic<int> failures = 0, calls = 0;
  const Inbox inbox(
      store_, checking_receiver(),
      {.poll = 1ms, .on_error = [&](const std::exception&, const StoredDelivery*) { ++failures; }});
  deliver(inbox, "one");
  {
    const Runner runner(inbox, [&](const WebhookEvent&) {
      if (++calls == 1) server_.stop();
    });
    wait_until([&] { return failures >= 3; });
    server_.start();  // on this thread, with which the server ends
    wait_until([&] { return database_.query("SELECT done FROM deliveries") == "1\n"; });
    deliver(inbox, "two");
    wait_until([&] { return calls >= 2; });
  }
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace bitbucket::test
