#include "auth/oauth_problem.hpp"

#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bitbucket::auth {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::optional<OAuthProblem> in_body(const std::string& body) {
  return parse_oauth_problem({.status = 401, .headers = {}, .body = body});
}

std::optional<OAuthProblem> in_header(const std::string& value) {
  return parse_oauth_problem({.status = 401, .headers = {{"www-authenticate", value}}});
}

std::string problem(const std::optional<OAuthProblem>& found) {
  return found ? found->problem : "(none)";
}

TEST(OAuthProblemTest, ReadsEveryKnownProblemFromTheBodyAndTheHeader) {
  for (const std::string name :
       {"consumer_key_unknown", "signature_invalid", "signature_method_rejected",
        "timestamp_refused", "nonce_used", "token_rejected", "token_expired", "token_used",
        "token_revoked", "permission_unknown", "permission_denied", "parameter_absent",
        "parameter_rejected", "version_rejected"}) {
    EXPECT_EQ(problem(in_body("oauth_problem=" + name)), name);
    EXPECT_EQ(problem(in_body("HTTP%20status=401&oauth_problem=" + name + "\r\n")), name);
    EXPECT_EQ(problem(in_header("OAuth realm=\"https%3A%2F%2Fgit.example.com\", oauth_problem=\"" +
                                name + "\"")),
              name);
  }
}

TEST(OAuthProblemTest, KeepsTheDetails) {
  const auto found = in_body(
      "oauth_problem=parameter_absent&oauth_problem_advice=Give%20a%20verifier%2C%20please&"
      "oauth_parameters_absent=oauth_verifier%26oauth_token&"
      "oauth_parameters_rejected=oauth_token%3Ds3cret%26oauth_nonce%3Dabc&"
      "oauth_acceptable_timestamps=1700000000-1700000600");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->problem, "parameter_absent");
  EXPECT_EQ(found->advice, "Give a verifier, please");
  EXPECT_THAT(found->absent, ElementsAre("oauth_verifier", "oauth_token"));
  EXPECT_THAT(found->rejected, ElementsAre("oauth_token", "oauth_nonce")) << "without values";
  EXPECT_EQ(found->acceptable_timestamps, "1700000000-1700000600");
}

TEST(OAuthProblemTest, CompletesTheBodyFromTheHeader) {
  const auto found =
      parse_oauth_problem({.status = 401,
                           .headers = {{"WWW-Authenticate", "Basic realm=\"x, y\""},
                                       {"WWW-Authenticate",
                                        "OAuth realm=\"r\", oauth_problem=\"other\", "
                                        "oauth_problem_advice=\"from%20the%20header\""}},
                           .body = "oauth_problem=token_rejected"});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->problem, "token_rejected");
  EXPECT_EQ(found->advice, "from the header");
}

TEST(OAuthProblemTest, FindsTheChallengeAmongOthers) {
  EXPECT_EQ(problem(in_header(
                "Basic realm=\"a, OAuth oauth_problem=b\", OAuth realm=\"x\",oauth_problem=c")),
            "c");
  EXPECT_EQ(problem(in_header("oauth oauth_problem = \"c\" , Basic realm=\"x\"")), "c");
  EXPECT_EQ(problem(in_header("OAuth realm=\"a \\\" b\", oauth_problem=\"c\"")), "c");
  EXPECT_EQ(problem(in_header("OAuth, Basic oauth_problem=c")), "(none)");
  EXPECT_EQ(problem(in_header("Basic oauth_problem=\"c\"")), "(none)");
  EXPECT_EQ(problem(in_header("OAuth realm=\"x\"")), "(none)");
}

TEST(OAuthProblemTest, FindsNoneInOtherAnswers) {
  for (const char* body : {"", " ", "oauth_problem", "oauth_problem=", "oauth_error=token+expired",
                           "<a href=\"?x&oauth_problem=a&b\">", "{\"a\":\"&oauth_problem=b&\"}",
                           "[1,\"&oauth_problem=b&\"]", "xoauth_problem=a", "oauth_problem=%zz"})
    EXPECT_EQ(problem(in_body(body)), "(none)") << body;
}

TEST(OAuthProblemTest, KeepsOnlyWhatIsSafeToPrint) {
  const auto found = in_body(
      "oauth_problem=a%1b%5b31mb%0ac&oauth_problem_advice=x%1b%5d0;evil%07%C2%9B"
      "%E2%82%AC%0D%0Ay&oauth_acceptable_timestamps=1%1b-2");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->problem, "a??31mb?c");
  EXPECT_EQ(found->advice, "x ]0;evil ??  y");
  EXPECT_EQ(found->acceptable_timestamps, "");
}

TEST(OAuthProblemTest, IsBounded) {
  std::string many = "oauth_problem=" + std::string(100'000, 'a');
  EXPECT_EQ(problem(in_body(many)), std::string(64, 'a'));
  std::string names = "oauth_problem=x&oauth_problem_advice=" + std::string(5000, 'b') +
                      "&oauth_parameters_absent=";
  for (int i = 0; i < 1000; ++i) names += "n%26";
  const auto found = in_body(names);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->advice.size(), 1024u);
  EXPECT_EQ(found->absent.size(), 32u);
  EXPECT_EQ(problem(in_header("OAuth " + std::string(1 << 20, ','))), "(none)");
  EXPECT_EQ(problem(in_body(std::string(1 << 20, '&') + "oauth_problem=late")), "(none)");
}

TEST(OAuthProblemTest, SurvivesGarbage) {
  static const std::string pieces[] = {"oauth_problem",
                                       "=",
                                       "&",
                                       "%",
                                       "\"",
                                       "\\",
                                       ",",
                                       " ",
                                       "OAuth",
                                       "realm",
                                       "%2",
                                       "%26",
                                       "\xff",
                                       std::string(1, '\0'),
                                       "\n"};
  std::mt19937 engine(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (unsigned n = static_cast<unsigned>(engine() % 20); n > 0; --n)
      text += pieces[engine() % 15];
    const auto found = parse_oauth_problem(
        {.status = 401, .headers = {{"WWW-Authenticate", "OAuth " + text}}, .body = text});
    if (!found) continue;
    EXPECT_THAT(found->problem, testing::Not(IsEmpty()));
    for (const unsigned char c : found->problem + found->advice) EXPECT_TRUE(c >= 0x20 && c < 0x7f);
  }
}

}  // namespace
}  // namespace bitbucket::auth
