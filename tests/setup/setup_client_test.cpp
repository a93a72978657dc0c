#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bitbucket/oauth1.hpp>
#include <bitbucket/setup.hpp>

#include "auth/keys.hpp"
#include "setup/scripted.hpp"

namespace bitbucket {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

constexpr const char* base = "https://bitbucket.example.com/git";

RequestToken request_token() { return {.token = "req/tkn", .token_secret = "req scrt"}; }

bool signs(const Parameters& sent, const std::string& url) {
  return keys::verifies(OAuth1Signer::base_string("POST", url, sent),
                        parameter(sent, "oauth_signature"));
}

TEST(SetupClientTest, GetsARequestToken) {
  const ScriptedSetup setup({answer(200, good_request_token)});
  const RequestToken token = setup.client().get_request_token();
  EXPECT_EQ(token, (RequestToken{"req/tkn", "req scrt", true}));

  ASSERT_EQ(setup.requests().size(), 1u);
  const Request& request = setup.requests()[0];
  EXPECT_EQ(request.method, Method::post);
  EXPECT_EQ(request.url, std::string(base) + "/plugins/servlet/oauth/request-token");
  EXPECT_EQ(request.body, "");
  EXPECT_EQ(find_header(request.headers, "X-Atlassian-Token"), "no-check");
  EXPECT_EQ(find_header(request.headers, "Accept"), "*/*");
  EXPECT_THAT(std::string(find_header(request.headers, "User-Agent")), HasSubstr("bitbucket-cpp/"));
  const Parameters sent = setup.sent();
  EXPECT_EQ(parameter(sent, "oauth_callback"), "oob");
  EXPECT_EQ(parameter(sent, "oauth_token"), "(absent)");
  EXPECT_TRUE(signs(sent, request.url));
}

TEST(SetupClientTest, SendsTheCallbackThatItWasGivenOrNone) {
  ScriptedSetup setup({answer(200, good_request_token), answer(200, good_request_token)});
  setup.options.callback = "https://bot.example.com/back?installation=1&x=a b";
  EXPECT_THROW((void)setup.client(), InvalidArgument);
  setup.options.callback = "https://bot.example.com/back?installation=1&x=a%20b";
  (void)setup.client().get_request_token();
  EXPECT_EQ(parameter(setup.sent(0), "oauth_callback"), setup.options.callback);
  setup.options.callback = "";
  (void)setup.client().get_request_token();
  EXPECT_EQ(parameter(setup.sent(1), "oauth_callback"), "(absent)");
}

TEST(SetupClientTest, LeadsTheUserToTheAuthorizePage) {
  const ScriptedSetup setup;
  EXPECT_EQ(setup.client().authorize_url({.token = "abc123", .token_secret = {}}),
            std::string(base) + "/plugins/servlet/oauth/authorize?oauth_token=abc123");
  EXPECT_EQ(setup.client().authorize_url({.token = "a+b/c&d", .token_secret = {}}),
            std::string(base) + "/plugins/servlet/oauth/authorize?oauth_token=a%2Bb%2Fc%26d");
  EXPECT_THROW((void)setup.client().authorize_url({}), InvalidArgument);
}

TEST(SetupClientTest, GetsAnAccessToken) {
  const ScriptedSetup setup({answer(200, std::string(good_access_token) + "\n")});
  const SetupClient client = setup.client();
  const AccessToken access = client.get_access_token(request_token(), " vrfr \n");
  EXPECT_EQ(access,
            (AccessToken{"acs+tkn", "acs scrt", "hndl", seconds(157680000), seconds(160272000)}));

  const Parameters sent = setup.sent();
  EXPECT_EQ(setup.requests()[0].url, std::string(base) + "/plugins/servlet/oauth/access-token");
  EXPECT_EQ(parameter(sent, "oauth_token"), "req/tkn");
  EXPECT_EQ(parameter(sent, "oauth_verifier"), "vrfr");
  EXPECT_EQ(parameter(sent, "oauth_callback"), "(absent)");
  EXPECT_TRUE(signs(sent, setup.requests()[0].url));

  const OAuth1Credentials credentials = client.credentials(access);
  EXPECT_EQ(credentials.consumer_key, "cnsmr-key");
  EXPECT_EQ(credentials.access_token.reveal(), "acs+tkn");
  EXPECT_EQ(credentials.access_token_secret.reveal(), "acs scrt");
  EXPECT_EQ(OAuth1Signer(credentials).sign("x"), OAuth1Signer(keys::credentials()).sign("x"));
}

TEST(SetupClientTest, RenewsAnAccessToken) {
  const ScriptedSetup setup({answer(200, good_access_token)});
  const AccessToken renewed =
      setup.client().renew({.token = "old tkn", .token_secret = "s", .session_handle = "old hndl"});
  EXPECT_EQ(renewed.token.reveal(), "acs+tkn");
  EXPECT_EQ(parameter(setup.sent(), "oauth_token"), "old tkn");
  EXPECT_EQ(parameter(setup.sent(), "oauth_session_handle"), "old hndl");
  EXPECT_EQ(parameter(setup.sent(), "oauth_verifier"), "(absent)");
  EXPECT_TRUE(signs(setup.sent(), std::string(base) + "/plugins/servlet/oauth/access-token"));
}

TEST(SetupClientTest, RefusesArgumentsThatCannotWorkBeforeAnythingIsSent) {
  const ScriptedSetup setup;
  const SetupClient client = setup.client();
  const auto refusal = [](auto call) -> std::string {
    try {
      call();
    } catch (const InvalidArgument& error) {
      return error.what();
    }
    return "no refusal";
  };
  EXPECT_THAT(refusal([&] { (void)client.get_access_token(request_token(), ""); }),
              HasSubstr("verifier is empty"));
  EXPECT_THAT(refusal([&] { (void)client.get_access_token(request_token(), " \r\n"); }),
              HasSubstr("verifier is empty"));
  EXPECT_THAT(refusal([&] { (void)client.get_access_token(request_token(), "denied"); }),
              HasSubstr("the user denied access"));
  EXPECT_THAT(refusal([&] { (void)client.get_access_token(request_token(), "a\x1b[b"); }),
              HasSubstr("control character"));
  EXPECT_THAT(refusal([&] { (void)client.get_access_token({}, "vrfr"); }),
              HasSubstr("request token is empty"));
  EXPECT_THAT(refusal([&] { (void)client.renew({.token = "t", .token_secret = "s"}); }),
              HasSubstr("no session handle"));
  EXPECT_THAT(refusal([&] { (void)client.renew({.session_handle = "h"}); }),
              HasSubstr("access token is empty"));
  EXPECT_EQ(setup.requests().size(), 0u);
}

TEST(SetupClientTest, RefusesOptionsThatCannotWork) {
  const auto refusal = [](auto change) -> std::string {
    ScriptedSetup setup;
    change(setup.options);
    try {
      (void)setup.client();
    } catch (const InvalidArgument& error) {
      return error.what();
    }
    return "no refusal";
  };
  EXPECT_THAT(refusal([](auto& o) { o.base_url = ""; }), HasSubstr("base_url"));
  EXPECT_THAT(refusal([](auto& o) { o.base_url = "git.example.com"; }), HasSubstr("base_url"));
  EXPECT_THAT(refusal([](auto& o) { o.sign_base_url = "x"; }), HasSubstr("sign_base_url"));
  EXPECT_THAT(refusal([](auto& o) { o.callback = "myapp"; }), HasSubstr("callback"));
  EXPECT_THAT(refusal([](auto& o) { o.consumer_key = ""; }), HasSubstr("consumer_key is empty"));
  EXPECT_THAT(refusal([](auto& o) { o.consumer_key = "key\n"; }), HasSubstr("line break"));
  EXPECT_THAT(refusal([](auto& o) { o.private_key = ""; }), HasSubstr("private_key is empty"));
  EXPECT_THAT(refusal([](auto& o) { o.connection.user_agent = "a\r\nb: c"; }),
              HasSubstr("user_agent"));
}

TEST(SetupClientTest, SignsTheAddressThatTheServerSees) {
  ScriptedSetup setup({answer(200, good_request_token)});
  setup.options.sign_base_url = "http://internal:7990/bitbucket";
  (void)setup.client().get_request_token();
  EXPECT_EQ(setup.requests()[0].url, std::string(base) + "/plugins/servlet/oauth/request-token");
  EXPECT_TRUE(
      signs(setup.sent(), "http://internal:7990/bitbucket/plugins/servlet/oauth/request-token"));
}

TEST(SetupClientTest, TellsTheObserverOfEachAttempt) {
  ScriptedSetup setup(
      {failure(TransportError::Kind::connect, false),
       answer(200, good_request_token,
              {{"X-AREQUESTID", "@1"}, {"content-type", "text/plain"}, {"X-Other", "1"}})});
  std::vector<std::string> seen;
  setup.options.connection.observer = [&](const Attempt& attempt) {
    std::string line = std::string(attempt.path) + ' ' + std::to_string(attempt.number) + ' ' +
                       std::to_string(attempt.status) + ' ' + std::string(attempt.request_id) +
                       ' ' + std::string(attempt.error);
    for (const Header& header : *attempt.headers) line += ' ' + header.name;
    seen.push_back(line);
    throw 1;  // must not matter
  };
  (void)setup.client().get_request_token();
  EXPECT_THAT(seen,
              testing::ElementsAre("/plugins/servlet/oauth/request-token 1 0  scripted failure",
                                   "/plugins/servlet/oauth/request-token 2 200 @1  content-type"));
}

TEST(SetupClientTest, CanBeMoved) {
  const ScriptedSetup setup({answer(200, good_request_token)});
  SetupClient one = setup.client();
  SetupClient two = std::move(one);
  SetupClient three = ScriptedSetup().client();
  three = std::move(two);
  EXPECT_EQ(three.get_request_token().token, "req/tkn");
}

}  // namespace
}  // namespace bitbucket
