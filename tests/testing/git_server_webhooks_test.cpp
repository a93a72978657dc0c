#include <gmock/gmock.h>

#include "testing/server_fixture.hpp"

namespace server_test {
namespace {

const std::string kHooks = "/rest/api/1.0/projects/PRJ/repos/demo/webhooks";

class GitServerWebhooksTest : public ::testing::Test {
 protected:
  Answer ask(const std::string& method, const std::string& path = {}, const json& body = nullptr) {
    Headers headers = kBearer + kNoCheck;
    if (!body.is_null()) headers.emplace_back("Content-Type", "application/json");
    return send(server_->port(), method, kHooks + path, headers, body.is_null() ? "" : body.dump());
  }
  static json hook(const std::string& url = "https://bot.example.com/hook") {
    return {{"name", "bot"},
            {"url", url},
            {"events", {"repo:refs_changed", "pr:merged"}},
            {"configuration", {{"secret", "s3cret"}, {"other", 1}}},
            {"active", true}};
  }
  std::unique_ptr<GitServer> server_ = serve();
};

TEST_F(GitServerWebhooksTest, KeepsWebhooks) {
  const Answer created = ask("POST", "", hook());
  ASSERT_EQ(created.status, 201) << created.body;
  const json made = created.parsed();
  const std::string id = '/' + std::to_string(made["id"].get<int>());
  EXPECT_EQ(made["configuration"]["secret"], "s3cret");
  EXPECT_EQ(made["configuration"]["other"], 1);
  EXPECT_EQ(made["scopeType"], "repository");
  EXPECT_EQ(made["sslVerificationRequired"], true);
  EXPECT_GT(made["createdDate"].get<std::int64_t>(), 1'000'000'000'000);
  EXPECT_EQ(ask("GET", id).parsed(), made);
  EXPECT_EQ(ask("GET").parsed()["values"], json::array({made}));
  EXPECT_EQ(ask("GET", id + "/latest").status, 204);
  EXPECT_EQ(ask("DELETE", id).status, 204);
  EXPECT_EQ(ask("GET", id).status, 404);
  EXPECT_EQ(ask("DELETE", id).status, 404);
  EXPECT_EQ(ask("GET", "/x").status, 404);
}

TEST_F(GitServerWebhooksTest, SaysWhereANewOneIs) {
  GitServerOptions with = options();
  with.context_path = "/bitbucket";
  const auto server = serve(with);
  const Answer created =
      send(server->port(), "POST", "/bitbucket" + kHooks,
           kBearer + Headers{{"Content-Type", "application/json"}}, hook().dump());
  EXPECT_EQ(created.header("Location"),
            server->base_url() + kHooks + '/' + std::to_string(created.parsed()["id"].get<int>()));
}

TEST_F(GitServerWebhooksTest, RefusesWhatWouldOverflowTheStack) {
  const auto post = [&](const std::string& body) {
    const Headers headers = kBearer + Headers{{"Content-Type", "application/json"}};
    return send(server_->port(), "POST", kHooks, headers, body).status;
  };
  const std::string open(500'000, '['), close(500'000, ']');
  EXPECT_EQ(post(R"({"name":"x","url":"http://x","events":[)" + open + close + "]}"), 400);
  EXPECT_EQ(post(open), 400);
  EXPECT_EQ(ask("POST", "", hook("http://" + std::string(1'000'000, 'a'))).status, 400);
  EXPECT_EQ(ask("POST", "", hook("http://127.0.0.1:99999999999/")).status, 400);
  EXPECT_EQ(ask("POST", "", hook("http://[::1]:8080/a?b:99999999999")).status, 201);
}

TEST_F(GitServerWebhooksTest, ReplacesAWebhookWhole) {
  json body = hook();
  body["sslVerificationRequired"] = false;
  body["credentials"] = {{"username", "u"}, {"password", "p"}};
  const json made = ask("POST", "", body).parsed();
  EXPECT_EQ(made["credentials"], json({{"username", "u"}}));
  EXPECT_EQ(made["sslVerificationRequired"], false);
  const json replaced = ask("PUT", '/' + std::to_string(made["id"].get<int>()),
                            {{"name", "new"},
                             {"url", "http://x.example.com"},
                             {"events", {"repo:modified"}},
                             {"active", false}})
                            .parsed();
  EXPECT_EQ(replaced["id"], made["id"]);
  EXPECT_EQ(replaced["createdDate"], made["createdDate"]);
  EXPECT_FALSE(replaced["configuration"].contains("secret"));
  EXPECT_FALSE(replaced.contains("credentials"));
  EXPECT_EQ(replaced["sslVerificationRequired"], true);
  EXPECT_EQ(replaced["active"], false);
}

TEST_F(GitServerWebhooksTest, MasksSecretsWhenTold) {
  GitServerOptions with = options();
  with.mask_webhook_secrets = true;
  server_ = serve(with);
  EXPECT_EQ(ask("POST", "", hook()).parsed()["configuration"]["secret"], "********");
  EXPECT_THAT(ask("GET").body, ::testing::Not(::testing::HasSubstr("s3cret")));
}

TEST_F(GitServerWebhooksTest, NamesEveryFieldThatIsWrong) {
  const Answer answer =
      ask("POST", "", {{"name", " "}, {"url", "ftp://x"}, {"events", {"pr:changed"}}});
  EXPECT_EQ(answer.status, 400);
  std::vector<std::string> fields;
  const json body = answer.parsed();
  for (const json& error : body["errors"]) fields.push_back(error["context"].get<std::string>());
  EXPECT_THAT(fields, ::testing::ElementsAre("name", "url", "events"));
  EXPECT_EQ(ask("POST", "", json::array()).status, 400);
}

TEST_F(GitServerWebhooksTest, SendsATestDelivery) {
  const Receiver receiver(202);
  const Answer missing = ask("POST", "/test");
  EXPECT_EQ(missing.status, 500);
  const json result =
      ask("POST", "/test?url=" + encode(receiver.url()), {{"username", "u"}, {"password", "p"}})
          .parsed();
  EXPECT_EQ(result["response"]["status"], 202);
  EXPECT_EQ(result["response"]["body"], "received");
  EXPECT_EQ(result["request"]["method"], "POST");
  EXPECT_EQ(result["request"]["url"], receiver.url());
  const auto got = receiver.deliveries();
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].body, R"({"test": true})");
  EXPECT_EQ(got[0].header("X-Event-Key"), "diagnostics:ping");
  EXPECT_EQ(got[0].header("X-Hub-Signature"), "");
  EXPECT_EQ(got[0].header("Authorization"), basic("u", "p")[0].second);
  const json failed = ask("POST", "/test?url=" + encode("http://127.0.0.1:1/")).parsed();
  EXPECT_FALSE(failed.contains("response"));
  EXPECT_EQ(failed["result"]["outcome"], "ERROR");
  const std::string nobody = "/test?url=" + encode("http://127.0.0.1:1/");
  EXPECT_EQ(ask("POST", nobody, {{"username", "u"}, {"password", 1}}).status, 200);
  EXPECT_EQ(ask("POST", "/test?url=" + encode("http://127.0.0.1:99999999999/")).status, 400);
  EXPECT_EQ(ask("POST", "/test?url=file:%2F%2F%2Fetc%2Fpasswd").status, 400);
}

TEST_F(GitServerWebhooksTest, GivesASlowReceiverALimitedTime) {
  namespace faults = bitbucket::testing::faults;
  GitServerOptions with = options();
  with.delivery_timeout = std::chrono::milliseconds(300);
  server_ = serve(with);
  GitServer receiver;
  for (const auto& fault :
       {faults::slow_drip(1, std::chrono::milliseconds(50)),
        faults::stall(bitbucket::testing::Fault::Place::body), faults::endless_headers()}) {
    receiver.behave();
    receiver.misbehave({.times = 0, .fault = fault});
    const auto start = std::chrono::steady_clock::now();
    const json sent = ask("POST", "/test?url=" + encode(receiver.base_url())).parsed();
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5)) << fault.name;
    EXPECT_EQ(sent["result"]["outcome"], "ERROR") << fault.name;
    EXPECT_FALSE(sent.contains("response")) << fault.name;
  }
}

}  // namespace
}  // namespace server_test
