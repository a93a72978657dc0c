#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bitbucket/error.hpp>
#include <bitbucket/setup.hpp>

#include "setup/scripted.hpp"

namespace bitbucket {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Kind = TransportError::Kind;

constexpr const char* early = "Sun, 06 Nov 1994 08:49:37 GMT";

template <class E>
E thrown(const ScriptedSetup& setup) {
  try {
    (void)setup.client().get_access_token({.token = "req/tkn", .token_secret = "req scrt"}, "vrfr");
  } catch (const E& error) {
    return error;
  }
  throw std::logic_error("no error was thrown");
}

std::vector<Header> form(const std::string& challenge = {}) {
  std::vector<Header> out = {{"Content-Type", "application/x-www-form-urlencoded"}};
  if (!challenge.empty()) out.push_back({"WWW-Authenticate", challenge});
  return out;
}

TEST(SetupErrorsTest, NamesTheOAuthProblem) {
  for (const auto& [status, problem] : {std::pair{401, "token_rejected"},
                                        {401, "token_expired"},
                                        {401, "permission_unknown"},
                                        {401, "permission_denied"},
                                        {401, "signature_invalid"},
                                        {401, "consumer_key_unknown"},
                                        {400, "parameter_absent"},
                                        {400, "parameter_rejected"},
                                        {401, "nonce_used"},
                                        {401, "token_used"},
                                        {401, "token_revoked"},
                                        {401, "version_rejected"},
                                        {401, "signature_method_rejected"},
                                        {401, "timestamp_refused"},
                                        {200, "token_rejected"}}) {
    const std::string body = std::string("oauth_problem=") + problem;
    const ScriptedSetup setup({answer(status, body, form())});
    const auto error = thrown<OAuthError>(setup);
    EXPECT_EQ(error.problem(), problem);
    EXPECT_EQ(error.status(), status);
    EXPECT_TRUE(error.is_unauthenticated());
    EXPECT_THAT(error.what(), HasSubstr(problem));
    EXPECT_EQ(setup.requests().size(), 1u);
  }
}

TEST(SetupErrorsTest, ReadsTheProblemFromTheHeaderAlone) {
  const ScriptedSetup setup({answer(
      401, "", form("OAuth realm=\"https%3A%2F%2Fx\", oauth_problem=\"consumer_key_unknown\""))});
  EXPECT_EQ(thrown<OAuthError>(setup).problem(), "consumer_key_unknown");
}

TEST(SetupErrorsTest, DoesNotTakeAnIncompleteAnswerForAToken) {
  for (const auto& [body, missing] :
       {std::pair{"", "/oauth_token"},
        {"oauth_token_secret=s3cret", "/oauth_token"},
        {"oauth_token=t0ken", "/oauth_token_secret"},
        {"oauth_token=t0ken&oauth_token_secret=", "/oauth_token_secret"},
        {"oauth_token=&oauth_token_secret=s3cret", "/oauth_token"},
        {"oauth_token=t0ken&oauth_token=t0ken2&oauth_token_secret=s3cret", "/oauth_token"},
        {"oauth_token=t0ken%0a&oauth_token_secret=s3cret", "/oauth_token"},
        {"oauth_token=t0ken%zz&oauth_token_secret=s3cret", ""},
        {"{\"oauth_token\":\"t0ken\"}", "/oauth_token"}}) {
    const ScriptedSetup setup({answer(200, body)});
    const auto error = thrown<DecodeError>(setup);
    EXPECT_EQ(error.pointer(), missing) << body;
    EXPECT_THAT(error.what(), HasSubstr("POST /plugins/servlet/oauth/access-token"));
    EXPECT_THAT(error.what(), Not(HasSubstr("s3cret")));
    EXPECT_THAT(error.what(), Not(HasSubstr("t0ken")));
  }
  const ScriptedSetup setup({answer(200, "oauth_token=t0ken&oauth_callback_confirmed=true")});
  EXPECT_THROW((void)setup.client().get_request_token(), DecodeError);
}

TEST(SetupErrorsTest, KeepsAnIssuedTokenWhoseExpiryMakesNoSense) {
  for (const char* expiry : {"", "-1", "soon", "1e9", "999999999999999999999", " 1"}) {
    const ScriptedSetup setup({answer(
        200, "oauth_token=t&oauth_token_secret=s&oauth_expires_in=" + std::string(expiry))});
    const AccessToken access =
        setup.client().get_access_token({.token = "r", .token_secret = {}}, "v");
    EXPECT_EQ(access.token.reveal(), "t");
    EXPECT_EQ(access.expires_in, std::nullopt) << expiry;
    EXPECT_TRUE(access.session_handle.empty());
  }
}

TEST(SetupErrorsTest, TellsALoginPageFromAnAnswer) {
  for (const auto& step :
       {answer(200, "<!DOCTYPE html><html>Log in", {{"Content-Type", "text/html;charset=UTF-8"}}),
        answer(302, "", {{"Location", "https://bitbucket.example.com/login?next=/x"}}),
        answer(401, "<html>", {{"Content-Type", "text/html"}})}) {
    const ScriptedSetup setup({step});
    const auto error = thrown<ApiError>(setup);
    EXPECT_TRUE(error.is_unauthenticated());
    EXPECT_THAT(error.what(), HasSubstr("login"));
    EXPECT_EQ(setup.requests().size(), 1u);
  }
}

TEST(SetupErrorsTest, ThrowsTheErrorThatAnAnswerMeans) {
  const ScriptedSetup broken({answer(500, "<html>oops", {{"Content-Type", "text/html"}})});
  EXPECT_EQ(thrown<ApiError>(broken).status(), 500);
  const ScriptedSetup elsewhere({answer(404, "oauth_error=token+expired")});
  EXPECT_TRUE(thrown<ApiError>(elsewhere).is_not_found());
  const ScriptedSetup busy({answer(503, "", {{"Retry-After", "7"}})});
  const auto unavailable = thrown<ApiError>(busy);
  EXPECT_FALSE(unavailable.is_retryable()) << "the leg may have had effects";
  EXPECT_TRUE(unavailable.may_have_acted());
  EXPECT_EQ(busy.requests().size(), 1u);
}

TEST(SetupErrorsTest, RepeatsRequestsThatNobodyCanHaveSeen) {
  const ScriptedSetup setup({failure(Kind::resolve, false), failure(Kind::connect, false),
                             failure(Kind::connect, false), answer(200, good_access_token)});
  EXPECT_EQ(setup.client().get_access_token({.token = "r", .token_secret = {}}, "v").token.reveal(),
            "acs+tkn");
  EXPECT_THAT(setup.waits, ElementsAre(milliseconds(100), milliseconds(200), milliseconds(400)));
  EXPECT_NE(parameter(setup.sent(0), "oauth_nonce"), parameter(setup.sent(3), "oauth_nonce"));
}

TEST(SetupErrorsTest, GivesUpAfterTheLastAttempt) {
  const ScriptedSetup setup({failure(Kind::connect, false), failure(Kind::connect, false),
                             failure(Kind::connect, false), failure(Kind::connect, false)});
  EXPECT_EQ(thrown<TransportError>(setup).kind(), Kind::connect);
  EXPECT_EQ(setup.requests().size(), 4u);
}

TEST(SetupErrorsTest, WaitsOutARateLimit) {
  ScriptedSetup setup({answer(429, "", {{"Retry-After", "3"}}), answer(200, good_access_token)});
  std::chrono::steady_clock::time_point now{std::chrono::hours(1)};
  milliseconds waited{0};
  setup.options.connection.retry.random = [] { return 0.0; };
  setup.options.connection.retry.clock = [&] { return now; };
  setup.options.connection.retry.sleeper = [&](milliseconds time, std::stop_token) {
    now += time;
    waited += time;
    return true;
  };
  const AccessToken access =
      setup.client().get_access_token({.token = "req/tkn", .token_secret = "req scrt"}, "vrfr");
  EXPECT_EQ(access.token.reveal(), "acs+tkn");
  EXPECT_EQ(setup.requests().size(), 2u);
  EXPECT_EQ(waited, milliseconds(3000));
}

TEST(SetupErrorsTest, WaitsNoLongerThanTheCallMayTake) {
  ScriptedSetup setup({failure(Kind::connect, false)});
  setup.options.connection.timeout = milliseconds(50);
  EXPECT_EQ(thrown<TransportError>(setup).kind(), Kind::connect);
  EXPECT_THAT(setup.waits, ElementsAre());
}

TEST(SetupErrorsTest, RepeatsNothingThatMayHaveArrived) {
  for (const Kind kind : {Kind::reset, Kind::timeout, Kind::cut}) {
    const ScriptedSetup setup({failure(kind, true)});
    EXPECT_EQ(thrown<TransportError>(setup).kind(), kind);
    EXPECT_EQ(setup.requests().size(), 1u);
  }
}

TEST(SetupErrorsTest, EndsWhenTheSleeperIsStopped) {
  ScriptedSetup setup({failure(Kind::connect, false)});
  setup.options.connection.retry.sleeper = [](milliseconds, std::stop_token) { return false; };
  (void)thrown<Cancelled>(setup);
}

TEST(SetupErrorsTest, RepairsItsClockOnceAndKeepsItRepaired) {
  auto refused = form();
  refused.push_back({"Date", early});
  const ScriptedSetup setup({answer(401, "oauth_problem=timestamp_refused", refused),
                             answer(200, good_request_token), answer(200, good_access_token)});
  const SetupClient client = setup.client();
  const RequestToken token = client.get_request_token();
  (void)client.get_access_token(token, "v");
  for (const std::size_t i : {1u, 2u})
    EXPECT_NEAR(std::stod(parameter(setup.sent(i), "oauth_timestamp")), 784111777, 60);
  EXPECT_THAT(setup.waits, ElementsAre());
}

TEST(SetupErrorsTest, RepairsItsClockOnlyOncePerCall) {
  auto refused = form();
  refused.push_back({"Date", early});
  const auto step = answer(401, "oauth_problem=timestamp_refused", refused);
  const ScriptedSetup setup({step, step});
  EXPECT_EQ(thrown<OAuthError>(setup).problem(), "timestamp_refused");
  EXPECT_EQ(setup.requests().size(), 2u);

  ScriptedSetup once({step});
  once.options.connection.retry.max_attempts = 1;
  EXPECT_EQ(thrown<OAuthError>(once).problem(), "timestamp_refused");
  EXPECT_EQ(once.requests().size(), 1u);
}

}  // namespace
}  // namespace bitbucket
