#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/keys.hpp"
#include "integration/setup_world.hpp"

namespace bitbucket {
namespace {

using std::chrono::milliseconds;
using test::Failure;
using test::first_leg;
using test::third_leg;
using test::token_of;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Reason = SetupError::Reason;
using Verifier = SetupFlowOptions::Verifier;
namespace faults = testing::faults;

class SetupFlowTest : public test::SetupWorld {};

TEST_F(SetupFlowTest, ConnectsAServer) {
  const PendingSetup pending = begin();
  EXPECT_EQ(
      pending.authorize_url,
      server_->base_url() + "/plugins/servlet/oauth/authorize?oauth_token=" + token_of(pending));
  EXPECT_EQ(pending.request_token, token_of(pending));
  const auto [installation, identity] = finish(pending, allow(pending));
  const std::string host = "127.0.0.1:" + std::to_string(server_->port());
  EXPECT_EQ(installation, (Installation{.external_id = host + ":release-bot",
                                        .name = "release-bot",
                                        .base_url = server_->base_url(),
                                        .domain_name = host,
                                        .verify_ssl = true}));
  EXPECT_EQ(identity.external_id, installation.external_id);
  EXPECT_EQ(identity.consumer_key, "release-bot");
  EXPECT_EQ(identity.private_key, config_.private_key);
  EXPECT_FALSE(identity.access_token_secret.empty());
  EXPECT_EQ(check_access(make_client({installation, identity})), std::nullopt);
  EXPECT_EQ(server_->requests().back().user, "ann");
}

TEST_F(SetupFlowTest, TakesTheQueryAsTheBrowserSendsIt) {
  const PendingSetup pending = begin();
  const std::string token = token_of(pending);
  const std::string verifier = server_->approve(token, "ann");
  std::string encoded;
  for (const char c : verifier) encoded += '%' + sealers::to_hex({&c, 1});
  const std::string query =
      "?x=%zz&y=%&&z&oauth%5Fverifier=" + encoded + "&oauth_token=" + token + "&q=a+b";
  EXPECT_FALSE(finish(pending, query).identity.access_token.empty());
}

TEST_F(SetupFlowTest, SendsTheTokenAsTheVerifierWhenAskedTo) {
  options_.verifier = Verifier::token;
  options_.callback = "";
  const PendingSetup pending = begin();
  (void)server_->approve(token_of(pending), "ann");
  const ConnectedInstallation connected = finish(pending, "oauth_token=" + token_of(pending));
  EXPECT_EQ(check_access(make_client(connected)), std::nullopt);
}

TEST_F(SetupFlowTest, SendsTheTokenAsTheVerifierEvenIfTheCallbackHasAVerifier) {
  options_.verifier = Verifier::token;
  const PendingSetup pending = begin();
  // This server checks verifiers, and the token is none.
  const Failure failure = failed_finish(pending, allow(pending));
  EXPECT_EQ(failure.reason, Reason::access_token_refused);
  EXPECT_THAT(failure.what, HasSubstr("token_rejected"));
}

TEST_F(SetupFlowTest, ChecksCertificatesAsTheConfigurationSays) {
  for (const bool verify : {true, false}) {
    std::vector<bool> unverified;
    options_.connection.tls.verify = !verify;
    options_.connection.observer = [&](const Attempt& attempt) {
      unverified.push_back(attempt.peer_unverified);
    };
    config_.verify_ssl = verify;
    const PendingSetup pending = begin();
    EXPECT_EQ(finish(pending, allow(pending)).installation.verify_ssl, verify);
    EXPECT_THAT(unverified, ElementsAre(!verify, !verify));
  }
}

TEST_F(SetupFlowTest, SendsNothingForAFormWithErrors) {
  config_.url = "bitbucket.example.com/";
  config_.private_key = keys::rsa_public();
  try {
    (void)begin();
    ADD_FAILURE() << "nothing failed";
  } catch (const InvalidConfiguration& error) {
    EXPECT_EQ(error.errors(), config_.errors());
    EXPECT_EQ(error.errors().size(), 2u);
  }
  EXPECT_TRUE(server_->requests().empty());
}

TEST_F(SetupFlowTest, RefusesOptionsThatCannotWork) {
  const auto refusal = [&](const std::function<void(SetupFlowOptions&)>& change) -> std::string {
    SetupFlowOptions options = options_;
    change(options);
    try {
      const SetupFlow flow(options);
    } catch (const InvalidArgument& error) {
      return error.what();
    }
    return "no refusal";
  };
  EXPECT_EQ(refusal([](auto&) {}), "no refusal");
  EXPECT_EQ(refusal([](auto& o) { o.callback = "oob"; }), "no refusal");
  EXPECT_THAT(refusal([](auto& o) { o.sealer = {}; }), HasSubstr("sealer"));
  EXPECT_THAT(refusal([](auto& o) { o.sealer.unseal = {}; }), HasSubstr("sealer"));
  EXPECT_THAT(refusal([](auto& o) { o.lifetime = {}; }), HasSubstr("lifetime"));
  EXPECT_THAT(refusal([](auto& o) { o.lifetime = std::chrono::seconds::max(); }),
              HasSubstr("lifetime"));
  EXPECT_THAT(refusal([](auto& o) { o.callback = "done"; }), HasSubstr("absolute address"));
  EXPECT_THAT(refusal([](auto& o) { o.callback = "ftp://a/b"; }), HasSubstr("absolute address"));
  EXPECT_THAT(refusal([](auto& o) { o.callback = ""; }), HasSubstr("Verifier::token"));
  EXPECT_THAT(refusal([](auto& o) { o.connection.timeout = milliseconds(0); }),
              HasSubstr("timeout"));
}

TEST_F(SetupFlowTest, SaysWhatToChangeForEachProblemOfTheFirstLeg) {
  config_.consumer_key = "unknown";
  Failure failure = failed_begin();
  EXPECT_EQ(failure.reason, Reason::request_token_refused);
  EXPECT_EQ(failure.kind, BreakageKind::unauthorized);
  EXPECT_THAT(failure.what, AllOf(HasSubstr("gave no request token"),
                                  HasSubstr("no application link has this consumer key"),
                                  HasSubstr("consumer_key_unknown")));
  config_.consumer_key = "release-bot";
  config_.private_key = keys::rsa_pkcs8();
  failure = failed_begin();
  EXPECT_THAT(failure.what, AllOf(HasSubstr("enter the public key in the link again"),
                                  HasSubstr("signature_invalid")));
  misbehave(first_leg, faults::answer(401, {}, "oauth_problem=something_new"));
  EXPECT_THAT(failed_begin().what, HasSubstr("it must use OAuth 1, this consumer key"));
}

TEST_F(SetupFlowTest, HasAdviceOfItsOwnForEachProblemThatIsKnown) {
  std::vector<std::string> seen;
  for (const char* problem :
       {"consumer_key_unknown", "signature_invalid", "signature_method_rejected",
        "timestamp_refused", "nonce_used", "token_rejected", "token_expired", "token_used",
        "token_revoked", "permission_unknown", "permission_denied", "parameter_absent",
        "parameter_rejected", "version_rejected", "something_new"}) {
    const Breakage breakage =
        classify(OAuthError(ErrorAnswer{.status = 401}, OAuthProblem{.problem = problem}));
    EXPECT_THAT(seen, Not(::testing::Contains(breakage.advice))) << problem;
    seen.push_back(breakage.advice);
  }
}

TEST_F(SetupFlowTest, SaysWhyTheFirstLegGotNoAnswer) {
  const auto after = [&](const testing::Fault& fault) {
    server_->behave();
    misbehave(first_leg, fault);
    const Failure failure = failed_begin();
    EXPECT_EQ(failure.reason, Reason::request_token_refused);
    EXPECT_THAT(failure.what, HasSubstr("gave no request token"));
    return failure;
  };
  EXPECT_THAT(after(faults::server_error(503)).what,
              AllOf(HasSubstr("HTTP 503"), HasSubstr("try again later")));
  EXPECT_EQ(after(faults::dead_link()).kind, BreakageKind::configuration);
  EXPECT_EQ(after(faults::login_redirect()).kind, BreakageKind::redirected);
  EXPECT_EQ(after(faults::login_page()).kind, BreakageKind::redirected);
  EXPECT_EQ(after(faults::cut_body(3)).kind, BreakageKind::connection_reset);
  EXPECT_EQ(after(faults::empty_answer()).kind, BreakageKind::unsupported_response);
  for (const char* body : {"oauth_token=abc", "oauth_token_secret=s3cret", "hello"}) {
    const Failure failure = after(faults::answer(200, {}, body));
    EXPECT_EQ(failure.kind, BreakageKind::unsupported_response);
    EXPECT_THAT(failure.what, Not(HasSubstr("s3cret")));
  }
  options_.connection.timeout = milliseconds(100);
  const Failure late = after(faults::stall(testing::Fault::Place::before));
  EXPECT_EQ(late.kind, BreakageKind::host_timeout);
  EXPECT_THAT(late.what, HasSubstr("timed out"));
}

TEST_F(SetupFlowTest, SaysThatNothingAnswers) {
  server_.reset();
  options_.connection.retry.max_attempts = 1;
  EXPECT_EQ(failed_begin().kind, BreakageKind::host_unreachable);
}

TEST_F(SetupFlowTest, SaysWhyTheThirdLegFailed) {
  const auto after = [&](const testing::Fault& fault) {
    server_->behave();
    const PendingSetup pending = begin();
    misbehave(third_leg, fault);
    const Failure failure = failed_finish(pending, allow(pending));
    EXPECT_EQ(failure.reason, Reason::access_token_refused);
    EXPECT_THAT(failure.what, HasSubstr("gave no access token"));
    return failure;
  };
  EXPECT_THAT(after(faults::server_error(500)).what, HasSubstr("HTTP 500"));
  const Failure expired =
      after(faults::answer(404, {{"Content-Type", "text/plain"}}, "oauth_error=token+expired"));
  EXPECT_THAT(expired.what, AllOf(HasSubstr("HTTP 404"), HasSubstr("begin again")));
  EXPECT_EQ(expired.kind, BreakageKind::configuration);
  for (const char* body : {"oauth_token=abc", "oauth_token_secret=s3cret", ""}) {
    const Failure failure = after(faults::answer(200, {}, body));
    EXPECT_EQ(failure.kind, BreakageKind::unsupported_response);
    EXPECT_THAT(failure.what, Not(HasSubstr("s3cret")));
  }
  EXPECT_EQ(after(faults::reset(testing::Fault::Place::before)).kind,
            BreakageKind::connection_reset);
  options_.connection.timeout = milliseconds(200);
  EXPECT_EQ(after(faults::stall(testing::Fault::Place::before)).kind, BreakageKind::host_timeout);
}

TEST_F(SetupFlowTest, SaysWhatIsWrongWithTheRequestToken) {
  const PendingSetup early = begin();
  const std::string query = "oauth_token=" + token_of(early) + "&oauth_verifier=guess";
  EXPECT_THAT(failed_finish(early, query).what, HasSubstr("nobody has answered"));
  const std::string good = allow(early);
  EXPECT_THAT(failed_finish(early, query).what, HasSubstr("the verifier is wrong"));
  (void)finish(early, good);
  const Failure again = failed_finish(early, good);
  EXPECT_EQ(again.reason, Reason::access_token_refused);
  EXPECT_THAT(again.what, HasSubstr("has been used before"));
}

TEST_F(SetupFlowTest, SaysThatTheAdministratorDeniedTheAccess) {
  for (const Verifier verifier : {Verifier::callback, Verifier::token}) {
    options_.verifier = verifier;
    const PendingSetup pending = begin();
    const std::string token = token_of(pending);
    server_->deny(token);
    server_->clear_requests();
    const Failure told = failed_finish(pending, "oauth_token=" + token + "&oauth_verifier=denied");
    EXPECT_EQ(told.reason, Reason::denied);
    EXPECT_THAT(told.what, HasSubstr("begin again, and allow it"));
    EXPECT_TRUE(server_->requests().empty());
    const Failure found = failed_finish(pending, "oauth_token=" + token + "&oauth_verifier=x");
    EXPECT_EQ(found.reason, Reason::denied);
  }
}

TEST_F(SetupFlowTest, RefusesACallbackWithoutATokenOrWithTwo) {
  const PendingSetup pending = begin();
  const std::string good = "oauth_token=" + token_of(pending);
  server_->clear_requests();
  for (const std::string& query :
       {std::string(), std::string("?"), std::string("oauth_verifier=v"),
        std::string("oauth_token=&oauth_verifier=v"), std::string("oauth_token"),
        good + "&oauth_verifier=v&" + good, good + "&oauth_verifier=v&oauth%5ftoken=x",
        "OAUTH_TOKEN" + good.substr(11) + "&oauth_verifier=v"})
    EXPECT_EQ(failed_finish(pending, query).reason, Reason::token_missing) << query;
  EXPECT_TRUE(server_->requests().empty());
}

TEST_F(SetupFlowTest, RefusesACallbackWithoutAVerifierOrWithTwo) {
  const PendingSetup pending = begin();
  const std::string good = "oauth_token=" + token_of(pending);
  server_->clear_requests();
  for (const char* rest : {"", "&oauth_verifier=", "&oauth_verifier", "&oauth_verifier=+%20",
                           "&oauth_verifier=v&oauth_verifier=v", "&oauth_verifier=a%01b"})
    EXPECT_EQ(failed_finish(pending, good + rest).reason, Reason::verifier_missing) << rest;
  EXPECT_TRUE(server_->requests().empty());
}

TEST_F(SetupFlowTest, RefusesTheCallbackOfAnotherSetUp) {
  const PendingSetup one = begin(), other = begin();
  const std::string query = allow(other);
  const Failure failure = failed_finish(one, query);
  EXPECT_EQ(failure.reason, Reason::other_setup);
  EXPECT_THAT(failure.what, Not(HasSubstr(token_of(one))));
  EXPECT_THAT(failure.what, Not(HasSubstr(token_of(other))));
  EXPECT_FALSE(finish(other, query).identity.access_token.empty());
}

TEST_F(SetupFlowTest, PassesACancellationOn) {
  server_.reset();
  options_.connection.retry.sleeper = [](milliseconds, std::stop_token) { return false; };
  EXPECT_THROW((void)begin(), Cancelled);
}

}  // namespace
}  // namespace bitbucket
