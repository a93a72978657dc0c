#include <chrono>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bitbucket/integration/breakage.hpp>
#include <bitbucket/integration/installation.hpp>
#include <bitbucket/integration/setup_flow.hpp>
#include <bitbucket/testing/git_server.hpp>

#include "server/signed_client.hpp"

namespace bitbucket {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Kind = BreakageKind;
using Wire = TransportError::Kind;
namespace faults = testing::faults;

BreakageKind kind_of(const std::exception& error) {
  const Breakage breakage = classify(error);
  EXPECT_NE(breakage.advice, "");
  return breakage.kind;
}

ApiError with_status(int status) { return ApiError(ErrorAnswer{.status = status}); }

BreakageKind kind_of(Wire kind) { return kind_of(TransportError(kind, "x", true)); }

/// Throws an error that wraps another one, as deep as asked.
template <class E>
void throw_wrapped(const E& error, int levels) {
  if (levels == 0) throw error;
  try {
    throw_wrapped(error, levels - 1);
  } catch (...) {
    std::throw_with_nested(std::runtime_error("s3cret"));
  }
}

template <class E>
Breakage wrapped(const E& error, int levels = 1) {
  try {
    throw_wrapped(error, levels);
  } catch (const std::exception& caught) {
    return classify(caught);
  }
  return {};
}

TEST(BreakageTest, HasANameForEachKind) {
  EXPECT_EQ(to_string(Kind::unauthorized), "unauthorized");
  EXPECT_EQ(to_string(Kind::configuration), "configuration");
  EXPECT_EQ(to_string(Kind::host_unreachable), "host_unreachable");
  EXPECT_EQ(to_string(Kind::host_timeout), "host_timeout");
  EXPECT_EQ(to_string(Kind::connection_reset), "connection_reset");
  EXPECT_EQ(to_string(Kind::unsupported_response), "unsupported_response");
  EXPECT_EQ(to_string(Kind::rate_limited), "rate_limited");
  EXPECT_EQ(to_string(Kind::redirected), "redirected");
  EXPECT_EQ(to_string(Kind::identity_not_found), "identity_not_found");
  EXPECT_EQ(to_string(Kind::identity_not_valid), "identity_not_valid");
  EXPECT_EQ(to_string(Kind::other), "other");
}

TEST(BreakageTest, ClassifiesAnswersByTheirStatus) {
  EXPECT_EQ(kind_of(with_status(401)), Kind::unauthorized);
  EXPECT_EQ(kind_of(with_status(403)), Kind::unauthorized);
  EXPECT_EQ(kind_of(with_status(404)), Kind::configuration);
  EXPECT_EQ(kind_of(with_status(429)), Kind::rate_limited);
  EXPECT_EQ(kind_of(with_status(302)), Kind::redirected);
  EXPECT_EQ(kind_of(with_status(200)), Kind::unsupported_response);
  EXPECT_EQ(kind_of(ApiError(ErrorAnswer{.status = 200, .login_page = true})), Kind::redirected);
  for (const int status : {400, 409, 500, 503})
    EXPECT_EQ(kind_of(with_status(status)), Kind::other) << status;
  EXPECT_EQ(kind_of(OAuthError(ErrorAnswer{.status = 400}, OAuthProblem{.problem = "x"})),
            Kind::unauthorized);
}

TEST(BreakageTest, ClassifiesWhatKeepsAnAnswerFromArriving) {
  for (const Wire kind : {Wire::resolve, Wire::connect, Wire::proxy, Wire::proxy_refused, Wire::tls,
                          Wire::certificate})
    EXPECT_EQ(kind_of(kind), Kind::host_unreachable) << to_string(kind);
  EXPECT_EQ(kind_of(Wire::timeout), Kind::host_timeout);
  EXPECT_EQ(kind_of(Wire::reset), Kind::connection_reset);
  EXPECT_EQ(kind_of(Wire::cut), Kind::connection_reset);
  EXPECT_EQ(kind_of(Wire::malformed), Kind::unsupported_response);
  EXPECT_EQ(kind_of(Wire::too_large), Kind::unsupported_response);
  EXPECT_EQ(kind_of(Wire::other), Kind::other);
}

TEST(BreakageTest, ClassifiesWhatCannotBeUsed) {
  const auto field = [](const char* name) {
    return InvalidConfiguration(std::vector{FieldError{name, "x"}});
  };
  EXPECT_EQ(kind_of(field("access_token")), Kind::identity_not_found);
  EXPECT_EQ(kind_of(field("private_key")), Kind::identity_not_valid);
  EXPECT_EQ(kind_of(field("consumer_key")), Kind::identity_not_valid);
  EXPECT_EQ(kind_of(field("url")), Kind::configuration);
  EXPECT_EQ(kind_of(DecodeError("/x", "y", "GET /z")), Kind::unsupported_response);
  EXPECT_EQ(kind_of(InvalidArgument("x")), Kind::other);
  EXPECT_EQ(kind_of(Cancelled()), Kind::other);
}

TEST(BreakageTest, FindsTheErrorThatOthersWrap) {
  EXPECT_EQ(wrapped(with_status(404)).kind, Kind::configuration);
  EXPECT_EQ(wrapped(TransportError(Wire::timeout, "x", true), 20).kind, Kind::host_timeout);
  EXPECT_EQ(wrapped(with_status(404), 10'000).kind, Kind::other) << "the depth is bounded";
}

TEST(BreakageTest, ShowsNoTextOfForeignExceptions) {
  for (const Breakage& breakage :
       {classify(std::runtime_error("s3cret")), wrapped(std::logic_error("s3cret")), wrapped(5)}) {
    EXPECT_EQ(breakage.kind, Kind::other);
    EXPECT_THAT(breakage.advice, Not(HasSubstr("s3cret")));
  }
}

TEST(BreakageTest, PrefersTheOuterErrorWhenTheInnerOneSaysNothing) {
  try {
    try {
      throw std::runtime_error("x");
    } catch (...) {
      std::throw_with_nested(TransportError(Wire::connect, "y", false));
    }
  } catch (const Error& error) {
    EXPECT_EQ(kind_of(error), Kind::host_unreachable);
  }
}

/// A client of the embedded server, which sends everything once.
class CheckAccessTest : public ::testing::Test {
 protected:
  std::optional<Breakage> check() {
    options_.connection.retry.max_attempts = 1;
    return check_access(BitbucketServer(options_));
  }
  std::string kind_after(const testing::Fault& fault) {
    server_->behave();
    server_->misbehave({.times = 0, .fault = fault});
    const auto breakage = check();
    return breakage ? std::string(to_string(breakage->kind)) : "works";
  }

  std::unique_ptr<testing::GitServer> server_ = test::signed_server();
  ClientOptions options_ = test::signed_options(*server_);
};

TEST_F(CheckAccessTest, IsNothingWhenTheAccessWorks) {
  EXPECT_EQ(check(), std::nullopt);
  const auto requests = server_->requests();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].path, "/rest/api/1.0/repos");
  EXPECT_THAT(requests[0].target, HasSubstr("permission=REPO_ADMIN"));
  EXPECT_THAT(requests[0].target, HasSubstr("limit=1"));
}

TEST_F(CheckAccessTest, IsNothingForAUserWhoAdministersNoRepository) {
  options_ = test::signed_options(*server_, "eve");
  EXPECT_EQ(check(), std::nullopt);
}

TEST_F(CheckAccessTest, SaysWhatTheServerDoes) {
  EXPECT_EQ(kind_after(faults::too_many_requests()), "rate_limited");
  EXPECT_EQ(kind_after(faults::login_redirect()), "redirected");
  EXPECT_EQ(kind_after(faults::login_page()), "redirected");
  EXPECT_EQ(kind_after(faults::no_such_route()), "configuration");
  EXPECT_EQ(kind_after(faults::dead_link()), "configuration");
  EXPECT_EQ(kind_after(faults::captcha_required()), "unauthorized");
  EXPECT_EQ(kind_after(faults::answer(403)), "unauthorized");
  EXPECT_EQ(kind_after(faults::server_error(503)), "other");
  EXPECT_EQ(kind_after(faults::answer(200, {{"Content-Type", "application/json"}}, "{\"x\":1}")),
            "unsupported_response");
  EXPECT_EQ(kind_after(faults::reset(testing::Fault::Place::before)), "connection_reset");
  EXPECT_EQ(kind_after(faults::cut_body(5)), "connection_reset");
  EXPECT_EQ(kind_after(faults::bad_status_line()), "unsupported_response");
}

TEST_F(CheckAccessTest, SaysThatTheServerTimesOut) {
  options_.connection.timeout = std::chrono::milliseconds(100);
  EXPECT_EQ(kind_after(faults::stall(testing::Fault::Place::before)), "host_timeout");
}

TEST_F(CheckAccessTest, SaysThatNothingAnswers) {
  server_.reset();
  ASSERT_TRUE(check().has_value());
  EXPECT_EQ(check()->kind, Kind::host_unreachable);
}

TEST_F(CheckAccessTest, SaysWhatIsWrongWithTheToken) {
  const auto& oauth = std::get<OAuth1Credentials>(options_.credentials);
  server_->revoke_access_token(std::string(oauth.access_token.reveal()));
  const auto breakage = check();
  ASSERT_TRUE(breakage.has_value());
  EXPECT_EQ(breakage->kind, Kind::unauthorized);
  EXPECT_THAT(breakage->advice, HasSubstr("withdrew the access: connect the server again"));
}

TEST_F(CheckAccessTest, PassesACancellationOn) {
  std::stop_source stop;
  stop.request_stop();
  const BitbucketServer client(options_);
  EXPECT_THROW((void)check_access(client.with({.stop = stop.get_token()})), Cancelled);
}

}  // namespace
}  // namespace bitbucket
