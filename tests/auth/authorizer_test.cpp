#include "auth/authorizer.hpp"

#include <chrono>
#include <ctime>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bitbucket/error.hpp>
#include <bitbucket/oauth1.hpp>

#include "auth/clock.hpp"
#include "auth/headers.hpp"
#include "auth/keys.hpp"
#include "auth/oauth1_authorizer.hpp"

namespace bitbucket::auth {
namespace {

using testing::HasSubstr;

constexpr const char* base = "https://proxy.example.com/git";
constexpr const char* url = "https://proxy.example.com/git/rest/api/1.0/repos?limit=1";

std::string header(const FixedCredentials& credentials) {
  return std::string(make_authorizer(credentials, base)->header(Method::get, url).reveal());
}

std::string refusal(const FixedCredentials& credentials) {
  try {
    (void)make_authorizer(credentials, base);
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return "no refusal";
}

OAuth1Environment at(std::time_t time) {
  return {.clock = [time] { return std::chrono::system_clock::from_time_t(time); }};
}

Response dated(const std::string& date) { return {.status = 401, .headers = {{"date", date}}}; }

/// Returns true when the header has the signature of a request for `address`.
bool signs(std::string_view authorization, std::string_view address) {
  const Parameters sent = header_parameters(authorization);
  return keys::verifies(OAuth1Signer::base_string("GET", address, sent),
                        parameter(sent, "oauth_signature"));
}

TEST(AuthorizerTest, SendsNothingWithoutCredentials) {
  const auto anonymous = make_authorizer(Anonymous(), base);
  EXPECT_TRUE(anonymous->header(Method::get, url).empty());
  EXPECT_FALSE(anonymous->adopt_clock(dated("Sun, 06 Nov 1994 08:49:37 GMT")));
  Parameters query;
  anonymous->add_parameters(query);
  EXPECT_TRUE(query.empty());
}

TEST(AuthorizerTest, SendsTokensAndPasswords) {
  EXPECT_EQ(header(BearerToken{"BBDC-abc+/="}), "Bearer BBDC-abc+/=");
  // RFC 7617, section 2.
  EXPECT_EQ(header(BasicCredentials{"Aladdin", "open sesame"}),
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  EXPECT_EQ(header(BasicCredentials{"test", "123\xC2\xA3"}), "Basic dGVzdDoxMjPCow==");
  EXPECT_EQ(header(BasicCredentials{"user", ""}), "Basic dXNlcjo=");
  EXPECT_EQ(header(BasicCredentials{"u", "a:b"}), "Basic dTphOmI=");
}

TEST(AuthorizerTest, RefusesWhatWouldBreakTheHeader) {
  EXPECT_THAT(refusal(BearerToken{""}), HasSubstr("is empty"));
  EXPECT_THAT(refusal(BearerToken{"abc\n"}), HasSubstr("line break"));
  EXPECT_THAT(refusal(BearerToken{"a\r\nX-Evil: 1"}), HasSubstr("control character"));
  EXPECT_THAT(refusal(BasicCredentials{"", "x"}), HasSubstr("username is empty"));
  EXPECT_THAT(refusal(BasicCredentials{"a:b", "x"}), HasSubstr("':'"));
  EXPECT_THAT(refusal(BasicCredentials{"a\tb", "x"}), HasSubstr("control character"));
  EXPECT_THAT(refusal(BasicCredentials{"a", "hunter2\n"}), HasSubstr("password ends with a line"));
  EXPECT_THAT(refusal(BasicCredentials{"a", "hunter2\n"}), testing::Not(HasSubstr("hunter2")));
}

TEST(AuthorizerTest, SignsWithOAuthAnewForEachAttempt) {
  const auto authorizer = make_authorizer(keys::credentials(), base);
  const Secret one = authorizer->header(Method::get, url),
               two = authorizer->header(Method::get, url);
  EXPECT_FALSE(one == two);
  EXPECT_TRUE(signs(one.reveal(), url));
  EXPECT_EQ(parameter(header_parameters(one.reveal()), "oauth_token"), "acs-tkn");
}

TEST(AuthorizerTest, SignsTheAddressThatTheServerSees) {
  OAuth1Credentials credentials = keys::credentials();
  credentials.sign_base_url = "http://internal:7990/bitbucket/";
  EXPECT_TRUE(
      signs(header(credentials), "http://internal:7990/bitbucket/rest/api/1.0/repos?limit=1"));
  credentials.sign_base_url = "internal:7990";
  EXPECT_THAT(refusal(credentials), HasSubstr("sign_base_url"));

  EXPECT_EQ(believed_url("https://h/git/x", "https://h/git", "http://i"), "http://i/x");
  EXPECT_EQ(believed_url("https://h/git?x", "https://h/git", "http://i"), "http://i?x");
  EXPECT_EQ(believed_url("https://h/git", "https://h/git", "http://i/c"), "http://i/c");
  EXPECT_EQ(believed_url("https://h/github/x", "https://h/git", "http://i"), "https://h/github/x");
  EXPECT_EQ(believed_url("https://h/g", "https://h/git", "http://i"), "https://h/g");
  EXPECT_EQ(believed_url("https://h/git/x", "https://h/git", ""), "https://h/git/x");
}

TEST(AuthorizerTest, NamesTheImpersonatedUserInTwoLeggedRequests) {
  OAuth1Credentials credentials = keys::credentials();
  credentials.access_token = "";
  credentials.impersonate = "jane doe";
  Parameters query = {{"limit", "1"}};
  make_authorizer(credentials, base)->add_parameters(query);
  EXPECT_EQ(query, (Parameters{{"limit", "1"}, {"user_id", "jane doe"}}));
  EXPECT_EQ(parameter(header_parameters(header(credentials)), "oauth_token"), "");

  credentials.impersonation_parameter = "xoauth_requestor_id";
  query.clear();
  make_authorizer(credentials, base)->add_parameters(query);
  EXPECT_EQ(query, (Parameters{{"xoauth_requestor_id", "jane doe"}}));

  credentials.impersonation_parameter = "";
  EXPECT_THAT(refusal(credentials), HasSubstr("impersonation_parameter"));
  credentials.impersonation_parameter = "oauth_token";
  EXPECT_THAT(refusal(credentials), HasSubstr("impersonation_parameter"));
  credentials = keys::credentials();
  credentials.impersonate = "jane";
  EXPECT_THAT(refusal(credentials), HasSubstr("leave access_token empty"));
}

TEST(AuthorizerTest, FollowsTheClockOfAServerThatRefusedATimestamp) {
  const auto authorizer = make_oauth1_authorizer(keys::credentials(), base, at(784111000));
  const auto timestamp = [&] {
    return parameter(header_parameters(authorizer->header(Method::get, url).reveal()),
                     "oauth_timestamp");
  };
  EXPECT_EQ(timestamp(), "784111000");
  EXPECT_FALSE(authorizer->adopt_clock({.status = 401}));
  EXPECT_FALSE(authorizer->adopt_clock(dated("yesterday")));
  EXPECT_FALSE(authorizer->adopt_clock(dated("Sun, 06 Nov 1994 08:36:43 GMT"))) << "3 s ahead";
  EXPECT_EQ(timestamp(), "784111000");
  EXPECT_TRUE(authorizer->adopt_clock(dated("Sun, 06 Nov 1994 08:49:37 GMT")));
  EXPECT_EQ(timestamp(), "784111777");
  EXPECT_TRUE(authorizer->adopt_clock(dated("Sun, 06 Nov 1994 08:00:00 GMT"))) << "and back";
  EXPECT_EQ(timestamp(), "784108800");
  // A clock that counts nanoseconds cannot represent these years.
  EXPECT_FALSE(authorizer->adopt_clock(dated("Fri, 31 Dec 9999 23:59:59 GMT")));
  EXPECT_FALSE(authorizer->adopt_clock(dated("Fri, 31 Dec 1000 23:59:59 GMT")));
  EXPECT_EQ(timestamp(), "784108800");
}

}  // namespace
}  // namespace bitbucket::auth
