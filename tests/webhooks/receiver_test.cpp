#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include <bitbucket/error.hpp>
#include <bitbucket/transport.hpp>
#include <bitbucket/webhooks.hpp>

#include "webhooks/signed.hpp"

namespace webhook_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using enum WebhookOutcome;

/// A range that makes its elements while it is read.
template <class T>
struct Made {
  struct Iterator {
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    T operator*() const { return {}; }
    Iterator& operator++() { return *this; }
    void operator++(int) {}
    bool operator==(const Iterator&) const { return true; }
  };
  Iterator begin() const { return {}; }
  Iterator end() const { return {}; }
};

// Views of strings that are made while they are read would dangle.
using OwnedHeader = std::pair<std::string, std::string>;
using ShownHeader = std::pair<std::string_view, std::string_view>;
static_assert(std::is_constructible_v<WebhookHeaders, const std::vector<OwnedHeader>&>);
static_assert(std::is_constructible_v<WebhookHeaders, const Made<ShownHeader>&>);
static_assert(!std::is_constructible_v<WebhookHeaders, const Made<OwnedHeader>&>);

class WebhookReceiverTest : public ::testing::Test {
 protected:
  /// Returns the status and the outcome.
  std::pair<int, WebhookOutcome> answer(const Delivery& delivery) const {
    const WebhookReply reply = delivery.to(receiver_);
    EXPECT_EQ(reply.event.has_value(), reply.outcome == accepted);
    EXPECT_EQ(reply.text.empty(), reply.status == 204) << reply.text;
    EXPECT_THAT(reply.text, Not(HasSubstr(kSecret)));
    return {reply.status, reply.outcome};
  }
  std::pair<int, WebhookOutcome> answer_to_body(const std::string& body,
                                                const std::string& event = "repo:refs_changed") {
    return answer(signed_delivery(event, body));
  }
  static std::pair<int, WebhookOutcome> is(int status, WebhookOutcome outcome) {
    return {status, outcome};
  }
  const WebhookReceiver receiver_{{.secrets = {kSecret}}};
};

TEST_F(WebhookReceiverTest, ReadsAPush) {
  const WebhookReply reply = Delivery().to(receiver_);
  EXPECT_EQ(reply.status, 204);
  ASSERT_TRUE(reply.event);
  EXPECT_EQ(reply.event->key, "repo:refs_changed");
  EXPECT_EQ(reply.event->request_id, "5f6e-1");
  const auto* push = std::get_if<RefsChanged>(&reply.event->payload);
  ASSERT_TRUE(push);
  ASSERT_EQ(push->changes.size(), 1u);
  EXPECT_EQ(push->changes[0].to_hash->value, "178864a7d521b6f5e720b386b2c2b0ef8563e0dc");
}

// The order of the checks: each delivery has every fault from its own on.
TEST_F(WebhookReceiverTest, ChecksInOrder) {
  const WebhookReceiver receiver({.secrets = {kSecret}, .max_body = 10});
  const std::string large = "[not JSON]!", small = "[not JSON]";
  const auto ask = [&](const std::string& method, const std::string& body,
                       const WebhookHeaders& headers) {
    const WebhookReply reply =
        receiver.receive({.method = method, .headers = headers, .body = body});
    return std::pair(reply.status, reply.outcome);
  };
  EXPECT_EQ(ask("GET", large, {}), is(405, wrong_method));
  EXPECT_EQ(ask("POST", large, {}), is(413, too_large));
  EXPECT_EQ(ask("POST", small, {}), is(400, bad_header));
  EXPECT_EQ(ask("POST", small, {{"X-Event-Key", "diagnostics:ping"}}), is(204, ping));
  EXPECT_EQ(ask("POST", small, {{"X-Event-Key", "repo:refs_changed"}}), is(401, bad_signature));
  const std::string right = signature_of(small), other = signature_of("[]", "other");
  EXPECT_EQ(ask("POST", small, {{"X-Event-Key", "pr:opened"}, {"X-Hub-Signature", right}}),
            is(400, bad_body));
  const std::string body = R"({"a":1,)";
  EXPECT_EQ(ask("POST", body, {{"X-Event-Key", "pr:opened"}, {"X-Hub-Signature", other}}),
            is(401, bad_signature));
}

TEST_F(WebhookReceiverTest, RefusesEverySignatureButTheRightOne) {
  const Delivery good;
  EXPECT_EQ(answer(good), is(204, accepted));
  const std::string digits = good.signature.substr(7);
  std::string upper = digits;
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  ASSERT_NE(upper, digits);
  for (const std::string& signature :
       {std::string(), std::string("sha256="), digits, "sha1=" + digits, "SHA256=" + digits,
        "sha256=" + upper, "sha256:" + digits, "sha256=" + digits + "00",
        "sha256=" + digits.substr(1), "sha256==" + digits, good.signature + " " + good.signature,
        signature_of(good.body, "rotated out"), signature_of(good.body, ""),
        signature_of(good.body + '\n'), signature_of("")}) {
    Delivery bad = good;
    bad.signature = signature;
    EXPECT_EQ(answer(bad), is(401, bad_signature)) << signature;
  }
}

TEST_F(WebhookReceiverTest, SaysWhetherThereIsNoSignatureOrAWrongOne) {
  const auto text = [&](const WebhookHeaders& headers) {
    return receiver_.receive({.method = "POST", .headers = headers, .body = "{}"}).text;
  };
  EXPECT_THAT(text({{"X-Event-Key", "pr:opened"}}), HasSubstr("X-Hub-Signature is missing"));
  EXPECT_THAT(text({{"X-Event-Key", "pr:opened"}, {"X-Hub-Signature", "sha256=00"}}),
              HasSubstr("was not made with a secret that is known here"));
}

TEST_F(WebhookReceiverTest, AcceptsEveryLiveSecret) {
  const WebhookReceiver receiver({.secrets = {"new", "old"}});
  for (const auto& [key, status] :
       std::map<std::string, int>{{"new", 204}, {"old", 204}, {"older", 401}, {"newold", 401}}) {
    Delivery delivery;
    delivery.signature = signature_of(delivery.body, key);
    EXPECT_EQ(delivery.to(receiver).status, status) << key;
  }
}

TEST_F(WebhookReceiverTest, FindsTheSecretsForTheUrl) {
  const WebhookReceiver receiver({.secrets = [](std::string_view url) -> std::vector<Secret> {
    if (url == "/hooks/1") return {kSecret};
    if (url == "/hooks/2") return {""};
    return {};
  }});
  const Delivery delivery;
  const auto status = [&](const std::string& url, const std::string& signature) {
    return receiver
        .receive({.method = "POST",
                  .url = url,
                  .headers = {{"X-Event-Key", delivery.event}, {"X-Hub-Signature", signature}},
                  .body = delivery.body})
        .status;
  };
  EXPECT_EQ(status("/hooks/1", delivery.signature), 204);
  EXPECT_EQ(status("/hooks/3", delivery.signature), 401);
  EXPECT_EQ(status("/hooks/2", signature_of(delivery.body, "")), 401) << "anybody could sign so";
}

TEST(WebhookSecretsTest, AreNeverForgottenByMistake) {
  EXPECT_THROW(WebhookReceiver(WebhookOptions{}), InvalidArgument);
  EXPECT_THROW(WebhookReceiver({.secrets = {}}), InvalidArgument);
  EXPECT_THROW(WebhookSecrets(std::vector<Secret>()), InvalidArgument);
  EXPECT_THROW(WebhookSecrets({kSecret, ""}), InvalidArgument);
  EXPECT_THROW(WebhookSecrets{WebhookSecrets::ByUrl()}, InvalidArgument);
  const WebhookReceiver open({.secrets = WebhookSecrets::none_needed()});
  Delivery unsigned_one;
  unsigned_one.signature.clear();
  EXPECT_EQ(unsigned_one.to(open).status, 204);
}

TEST_F(WebhookReceiverTest, KeepsEventsThatItHasNoTypeFor) {
  for (const std::string event : {"pr:merged", "project:created", "plugin:something"}) {
    const json body{{"eventKey", event}, {"date", "2019-03-01T10:08:35+0100"}, {"more", {1, 2}}};
    const WebhookReply reply = signed_delivery(event, body.dump()).to(receiver_);
    EXPECT_EQ(reply.status, 204);
    ASSERT_TRUE(reply.event);
    const auto* raw = std::get_if<OtherEvent>(&reply.event->payload);
    ASSERT_TRUE(raw);
    EXPECT_EQ(raw->event_key, event);
    EXPECT_EQ(raw->date.time_since_epoch().count(), 1551431315000);
    EXPECT_EQ(raw->body.text, body.dump());
  }
}

TEST_F(WebhookReceiverTest, RefusesABodyOfAnotherEvent) {
  const std::string push = bitbucket_test::sample("RefsChanged").dump();
  for (const std::string event :
       {"repo:modified", "repo:forked", "mirror:repo_synchronized", "pr:merged",
        "repo:comment:added", "project:modified", "REPO:REFS_CHANGED", "repo:refs_changed2"})
    EXPECT_EQ(answer_to_body(push, event), is(400, different_event)) << event;
  const std::string edited = bitbucket_test::sample("CommitCommented").dump();
  EXPECT_EQ(answer_to_body(edited, "repo:comment:edited"), is(204, accepted));
  EXPECT_EQ(answer_to_body(edited, "repo:comment:deleted"), is(400, different_event));
}

TEST_F(WebhookReceiverTest, RefusesBodiesThatCannotBeRead) {
  const std::string good = Delivery().body;
  for (std::size_t size = 0; size < good.size(); size += 7)
    EXPECT_EQ(answer_to_body(good.substr(0, size)), is(400, bad_body)) << size;
  EXPECT_EQ(answer_to_body(good.substr(0, good.size() - 1)), is(400, bad_body));
  EXPECT_EQ(answer_to_body(good + "{}"), is(400, bad_body));
  EXPECT_EQ(answer_to_body("[" + good + "]"), is(400, bad_body));
  EXPECT_EQ(answer_to_body("null"), is(400, bad_body));
  EXPECT_EQ(answer_to_body(std::string(1'000'000, '[')), is(400, bad_body));
  EXPECT_EQ(
      answer_to_body(R"({"a":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}"),
      is(400, bad_body));
  json body = json::parse(good);
  body["repository"]["name"] = "caf\xc3\xa9";
  std::string text = body.dump();
  EXPECT_EQ(answer_to_body(text), is(204, accepted));
  text[text.find("\xc3\xa9") + 1] = 'x';
  EXPECT_EQ(answer_to_body(text), is(400, bad_body)) << "not UTF-8";
  for (const std::string member : {"eventKey", "repository", "changes"}) {
    json without = json::parse(good);
    without.erase(member);
    EXPECT_EQ(answer_to_body(without.dump()), is(400, bad_body)) << member;
  }
}

TEST_F(WebhookReceiverTest, SaysWhereABodyCannotBeRead) {
  json body = json::parse(Delivery().body);
  body["changes"][0]["ref"].erase("id");
  EXPECT_THAT(signed_delivery("repo:refs_changed", body.dump()).to(receiver_).text,
              HasSubstr("cannot decode the document at \"/changes/0/ref"));
}

TEST_F(WebhookReceiverTest, BoundsTheSizeOfBodies) {
  const std::string limit(16u << 20, ' ');
  EXPECT_EQ(answer_to_body(limit), is(400, bad_body));
  EXPECT_EQ(answer_to_body(limit + ' '), is(413, too_large));
}

TEST_F(WebhookReceiverTest, ReadsManyChanges) {
  json body = json::parse(Delivery().body);
  const json change = body["changes"][0];
  body["changes"] = json::array();
  json small{{"ref", {{"id", "refs/heads/x"}}},
             {"fromHash", change["fromHash"]},
             {"toHash", change["toHash"]}};
  for (int i = 0; i < 100'000; ++i) body["changes"].push_back(small);
  const WebhookReply reply = signed_delivery("repo:refs_changed", body.dump()).to(receiver_);
  ASSERT_TRUE(reply.event) << reply.text;
  EXPECT_EQ(std::get<RefsChanged>(reply.event->payload).changes.size(), 100'000u);
}

TEST_F(WebhookReceiverTest, TakesHeadersFromEveryServersContainer) {
  const Delivery delivery;
  const auto status = [&](const WebhookHeaders& headers) {
    return receiver_.receive({.method = "POST", .headers = headers, .body = delivery.body}).status;
  };
  EXPECT_EQ(status(std::multimap<std::string, std::string>{
                {"x-event-key", delivery.event}, {"X-HUB-SIGNATURE", delivery.signature}}),
            204);
  EXPECT_EQ(status(std::vector<Header>{{"X-Event-Key", delivery.event},
                                       {"x-hub-signature", ' ' + delivery.signature + "\t"}}),
            204);
  EXPECT_EQ(status(std::vector<std::pair<std::string, std::string>>{
                {"X-eVENT-kEY", delivery.event},
                {"Accept", "x"},
                {"X-Hub-Signature", delivery.signature}}),
            204);
}

TEST_F(WebhookReceiverTest, RefusesRepeatedHeaders) {
  const Delivery d;
  using Headers = std::vector<Header>;
  const Headers good{{"X-Event-Key", d.event},
                     {"X-Request-Id", "1"},
                     {"X-Hub-Signature", d.signature},
                     {"Accept", "a"},
                     {"Accept", "b"}};
  const auto outcome = [&](const Headers& headers) {
    return receiver_.receive({.method = "POST", .headers = headers, .body = d.body}).outcome;
  };
  EXPECT_EQ(outcome(good), accepted);
  for (const Header& again : {Header{"x-event-key", d.event}, Header{"x-request-id", "1"},
                              Header{"x-hub-signature", d.signature}}) {
    Headers headers = good;
    headers.push_back(again);
    EXPECT_EQ(outcome(headers), bad_header) << again.name;
  }
}

TEST_F(WebhookReceiverTest, IsSharedByThreads) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([this] {
      for (int n = 0; n < 200; ++n) {
        Delivery delivery;
        EXPECT_EQ(delivery.to(receiver_).status, 204);
        delivery.body += ' ';
        EXPECT_EQ(delivery.to(receiver_).status, 401);
      }
    });
}

TEST(SeenDeliveriesTest, RemembersTheNewest) {
  SeenDeliveries deliveries(3);
  for (const std::string id : {"a", "b", "c"}) EXPECT_FALSE(deliveries.seen(id)) << id;
  EXPECT_TRUE(deliveries.seen("a"));
  EXPECT_FALSE(deliveries.seen("d"));
  EXPECT_TRUE(deliveries.seen("b"));
  EXPECT_FALSE(deliveries.seen("a")) << "it was the oldest";
  deliveries.forget("c");
  EXPECT_FALSE(deliveries.seen("c"));
  EXPECT_TRUE(deliveries.seen("d"));
  EXPECT_TRUE(deliveries.seen("a"));
  deliveries.forget("never seen");
}

TEST(SeenDeliveriesTest, KeepsNothingThatIsNoId) {
  EXPECT_THROW(SeenDeliveries(0), InvalidArgument);
  SeenDeliveries deliveries;
  for (const std::string& id : {std::string(), std::string(257, 'x')}) {
    EXPECT_FALSE(deliveries.seen(id));
    EXPECT_FALSE(deliveries.seen(id));
  }
  EXPECT_FALSE(deliveries.seen(std::string(256, 'x')));
  EXPECT_TRUE(deliveries.seen(std::string(256, 'x')));
}

}  // namespace
}  // namespace webhook_test
