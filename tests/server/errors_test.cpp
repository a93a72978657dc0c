#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "server/error_answers.hpp"
#include "server/fake_client.hpp"
#include "support/demo.hpp"

namespace bitbucket::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ErrorsTest, LoseNothing) {
  Response response = json_answer(
      R"({"errors":[{"context":"name","message":"Too long","exceptionName":"com.atlassian.bitbucket.validation.ArgumentValidationException"},)"
      R"({"context":null,"message":"Out of date","exceptionName":"com.atlassian.stash.PullRequestOutOfDateException","currentVersion":7,"pullRequest":{"id":3}}]})",
      409);
  response.headers.push_back({"x-arequestid", "*1ABC2x7x1"});
  const ApiError error = error_of(response);
  EXPECT_EQ(error.status(), 409);
  EXPECT_EQ(error.method(), "GET");
  EXPECT_EQ(error.path(), "/rest/api/1.0/projects/PRJ/repos/demo");
  EXPECT_EQ(error.request_id(), "*1ABC2x7x1");
  EXPECT_EQ(error.content_type(), "application/json;charset=UTF-8");
  EXPECT_THAT(error.body(), HasSubstr("currentVersion"));
  ASSERT_EQ(error.errors().size(), 2u);
  EXPECT_EQ(error.errors()[0].context, "name");
  EXPECT_EQ(error.errors()[0].exception(), "ArgumentValidationException");
  EXPECT_EQ(error.errors()[1].extras.text, R"({"currentVersion":7,"pullRequest":{"id":3}})");
  EXPECT_TRUE(error.has_exception("PullRequestOutOfDateException"));
  EXPECT_TRUE(error.is_conflict());
  EXPECT_THAT(error.what(), HasSubstr("GET /rest/api/1.0/projects/PRJ/repos/demo: HTTP 409"));
  EXPECT_THAT(error.what(), HasSubstr("Too long (name)"));
  EXPECT_THAT(error.what(), HasSubstr("Out of date"));
  EXPECT_THAT(error.what(), HasSubstr("*1ABC2x7x1"));
  EXPECT_THAT(error.what(), Not(HasSubstr("currentVersion"))) << "no body in an error text";
}

TEST(ErrorsTest, PredicatesFollowTheExceptionBeforeTheStatus) {
  const ApiError lacks = error_of(json_answer(entry("AuthorisationException"), 401));
  EXPECT_TRUE(lacks.is_forbidden());
  EXPECT_FALSE(lacks.is_unauthenticated());
  const ApiError unknown =
      error_of(json_answer(entry("auth.IncorrectPasswordAuthenticationException"), 401));
  EXPECT_TRUE(unknown.is_unauthenticated());
  EXPECT_FALSE(unknown.is_forbidden());
  EXPECT_TRUE(error_of(json_answer("{}", 403)).is_forbidden());
  EXPECT_TRUE(error_of(json_answer("{}", 429)).is_rate_limited());
  EXPECT_TRUE(error_of(json_answer("{}", 429)).is_retryable());
  EXPECT_TRUE(error_of(json_answer("{}", 503)).is_retryable());
  EXPECT_FALSE(error_of(json_answer("{}", 500)).is_retryable());
  EXPECT_FALSE(error_of(json_answer("{}", 401)).is_retryable());
}

TEST(ErrorsTest, TellsBothKindsOf404Apart) {
  const ApiError absent = error_of(json_answer(entry("repository.NoSuchRepositoryException"), 404));
  EXPECT_TRUE(absent.is_not_found());
  EXPECT_FALSE(absent.is_unrouted());
  const ApiError unrouted = error_of(
      json_answer(R"({"message":"HTTP 404 Not Found","status-code":404,"sub-code":-1})", 404));
  EXPECT_TRUE(unrouted.is_not_found());
  EXPECT_TRUE(unrouted.is_unrouted());
  EXPECT_THAT(unrouted.what(), HasSubstr("no such API (or base_url"));
}

TEST(ErrorsTest, ALoginPageIsUnauthenticatedAndSaysSo) {
  const Response page{.status = 200,
                      .headers = {{"Content-Type", "text/html;charset=UTF-8"}},
                      .body = "<!DOCTYPE html><html><title>Log in</title></html>"};
  const Response redirect{
      .status = 302,
      .headers = {{"Location", "https://git.example.com/login?next=/rest&token=s3cret"}},
      .body = ""};
  for (const Response& response : {page, redirect}) {
    const ApiError error = error_of(response);
    EXPECT_TRUE(error.is_unauthenticated()) << response.status;
    EXPECT_THAT(error.what(), HasSubstr("login"));
    EXPECT_THAT(error.what(), Not(HasSubstr("s3cret")));
  }
}

TEST(ErrorsTest, AHostIsNotALoginPageBecauseItsNameContainsSsoOrLogin) {
  for (const char* location :
       {"https://git.lessons.com/rest/api/1.0/repos", "https://loginova.example.com/rest"})
    EXPECT_FALSE(error_of({.status = 301, .headers = {{"Location", location}}, .body = ""})
                     .is_unauthenticated());
  for (const char* location :
       {"/login?next=/", "https://sso.example.com/", "https://x.example.com/saml2/start"})
    EXPECT_TRUE(error_of({.status = 302, .headers = {{"Location", location}}, .body = ""})
                    .is_unauthenticated());
}

TEST(ErrorsTest, ARedirectElsewhereIsNotFollowedAndNotALogin) {
  const ApiError error = error_of(
      {.status = 301, .headers = {{"Location", "https://new.example.com/rest"}}, .body = ""});
  EXPECT_EQ(error.status(), 301);
  EXPECT_FALSE(error.is_unauthenticated());
  EXPECT_THAT(error.what(), HasSubstr("redirects to https://new.example.com/rest"));
}

TEST(ErrorsTest, NamesACaptcha) {
  const ApiError error =
      error_of(json_answer(entry("auth.CaptchaRequiredAuthenticationException"), 401));
  EXPECT_TRUE(error.is_captcha_required());
  EXPECT_TRUE(error.is_unauthenticated());
  EXPECT_THAT(error.what(), HasSubstr("captcha"));
}

TEST(ErrorsTest, UnderstandsErrorsThatAreNotBitbuckets) {
  for (const std::string body :
       {"", "<?xml version=\"1.0\"?><status><status-code>500</status-code></status>", "plain text",
        "[1,2", "\xff\xfe", "{\"errors\":7}", "{\"errors\":[1,null,\"x\"]}"}) {
    const ApiError error =
        error_of({.status = 500, .headers = {{"Content-Type", "text/plain"}}, .body = body});
    EXPECT_EQ(error.status(), 500) << body;
    EXPECT_EQ(error.body(), body);
  }
  EXPECT_EQ(error_of(json_answer(R"({"message":"alone","exceptionName":"a.b.C"})", 500))
                .errors()
                .at(0)
                .message,
            "alone");
}

TEST(ErrorsTest, TextsAreSafeToPrintAndBounded) {
  const std::string hostile = R"({"errors":[{"message":"\u001b[31mred\r\nSet-Cookie: x)" +
                              std::string(100000, 'y') + "\"}]}";
  const ApiError error = error_of(json_answer(hostile, 400));
  EXPECT_LT(std::string(error.what()).size(), 3000u);
  EXPECT_THAT(error.what(), Not(HasSubstr("\x1b")));
  EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
  EXPECT_LE(error.body().size(), 65536u);
}

/// Characters that end a line, hide text or reorder it, and bytes that are not UTF-8.
const std::vector<std::string>& harmful() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> out;
    const auto add = [&](char32_t c) {
      std::string text;
      if (c < 0x80) {
        text += static_cast<char>(c);
      } else if (c < 0x800) {
        text += static_cast<char>(0xC0 | (c >> 6));
        text += static_cast<char>(0x80 | (c & 63));
      } else {
        text += static_cast<char>(0xE0 | (c >> 12));
        text += static_cast<char>(0x80 | ((c >> 6) & 63));
        text += static_cast<char>(0x80 | (c & 63));
      }
      out.push_back(text);
    };
    for (char32_t c = 1; c < 0x20; ++c) add(c);
    for (char32_t c = 0x7F; c < 0xA0; ++c) add(c);
    for (char32_t c = 0x200B; c < 0x2010; ++c) add(c);
    for (char32_t c = 0x2028; c < 0x202F; ++c) add(c);
    for (char32_t c = 0x2060; c < 0x2070; ++c) add(c);
    for (const char32_t c : {0x61C, 0xFEFF, 0xD800, 0xDFFF}) add(c);
    for (const char* bytes : {"\xC3", "\x80", "\xFF", "\xC0\x8A", "\xE2\x80", "\xED\xA0\x80",
                              "\xF0\x9F\x98", "\xF4\x90\x80\x80", "\xE0\x80\x8A", "\xF8\x88"})
      out.push_back(bytes);
    return out;
  }();
  return all;
}

void expect_safe(const std::string& text) {
  for (const std::string& harm : harmful()) {
    if (harm.size() == 1 && static_cast<unsigned char>(harm[0]) >= 0x80)
      continue;  // part of other characters too
    EXPECT_EQ(text.find(harm), std::string::npos)
        << ::testing::PrintToString(harm) << " in " << text;
  }
  // The rest must be UTF-8; dump() throws when it is not.
  EXPECT_NO_THROW((void)nlohmann::json(text).dump()) << text;
}

template <class Work>
void expect_safe_error(Work&& work) {
  try {
    work();
    ADD_FAILURE() << "no error was thrown";
  } catch (const Error& error) {
    expect_safe(error.what());
  }
}

TEST(ErrorsTest, TextsOfAServerCannotHideOrReorderAnything) {
  for (const std::string& harm : harmful()) {
    const std::string text = "a" + harm + "b";
    ErrorAnswer answer{.status = 400, .method = "GET", .path = "/" + text};
    answer.errors = {{.context = text, .message = text, .exception_name = text, .extras = {}}};
    answer.location = answer.request_id = text;
    expect_safe(ApiError(answer).what());
    answer.errors.clear();
    answer.content_type = answer.body = text;
    expect_safe(ApiError(answer).what());
    expect_safe(OAuthError(answer, {.problem = text,
                                    .advice = text,
                                    .absent = {text},
                                    .rejected = {text},
                                    .acceptable_timestamps = text})
                    .what());
    expect_safe(DecodeError("/" + text, text, text).what());
    expect_safe(TransportError(TransportError::Kind::other, text, true).what());
    expect_safe(InvalidArgument(text).what());
  }
}

TEST(ErrorsTest, TextsOfAnAnswerAreSafeInErrorsAndForTheObserver) {
  for (const std::string& harm : harmful()) {
    const std::string text = "a" + harm + "b";
    ClientOptions options = fake_options(FakeTransport::in_turn(
        {Response{.status = 302, .headers = {{"Location", "/" + text}}, .body = ""},
         Response{.status = 500, .headers = {{"Content-Type", text}}, .body = text},
         Response{.status = 200, .headers = {{"X-AREQUESTID", text}}, .body = "[" + text}}));
    const BitbucketServer client(options);
    for (int i = 0; i < 3; ++i) expect_safe_error([&] { client.repos.get(demo); });
    std::string observed;
    ClientOptions broken =
        fake_options(std::make_shared<FakeTransport>([&](const Request&) -> Response {
          throw TransportError(TransportError::Kind::other, text, true);
        }));
    broken.connection.observer = [&](const Attempt& attempt) { observed += attempt.error; };
    expect_safe_error([&] { BitbucketServer(broken).repos.get(demo); });
    expect_safe(observed);
  }
}

TEST(ErrorsTest, TextsKeepHarmlessCharacters) {
  const std::string text = "Za\xC5\xBC\xC3\xB3\xC5\x82\xC4\x87 \xE6\x96\x87 \xF0\x9F\x98\x80";
  EXPECT_EQ(InvalidArgument(text).what(), text);
  EXPECT_STREQ(InvalidArgument("a\r\nb").what(), "a  b");
  EXPECT_STREQ(InvalidArgument("a\u202Eb\xFF").what(), "a\uFFFDb\uFFFD");
}

TEST(ErrorsTest, TextsAreNeverCutWithinACharacter) {
  for (std::size_t before = 990; before < 1010; ++before) {
    std::string message(before, 'x');
    for (int i = 0; i < 20; ++i) message += "\xF0\x9F\x98\x80";
    ErrorAnswer answer{.status = 400, .method = "GET", .path = "/"};
    answer.errors = {{.context = {}, .message = message, .exception_name = {}, .extras = {}}};
    const std::string what = ApiError(answer).what();
    EXPECT_EQ(what.find("\uFFFD"), std::string::npos) << what;
    EXPECT_TRUE(what.ends_with("...")) << what;
  }
}

TEST(ErrorsTest, AWebPageSaysWhatToCheck) {
  const Response page{
      .status = 404, .headers = {{"Content-Type", "text/html"}}, .body = "<html>Not Found</html>"};
  EXPECT_THAT(error_of(page).what(), AllOf(HasSubstr("the answer is text/html"),
                                           HasSubstr("check base_url"), HasSubstr("context path")));
  EXPECT_THAT(
      error_of({.status = 302, .headers = {{"Location", "/bitbucket/"}}, .body = ""}).what(),
      HasSubstr("check base_url"));
}

TEST(ErrorsTest, ParsesAnOAuthProblemOfAnApiCall) {
  Response response{
      .status = 401,
      .headers = {{"WWW-Authenticate",
                   "OAuth realm=\"https://git.example.com\", oauth_problem=\"token_expired\""}},
      .body = ""};
  ClientOptions options = fake_options(FakeTransport::in_turn({response}));
  BitbucketServer client(options);
  try {
    client.repos.get(demo);
    FAIL();
  } catch (const OAuthError& error) {
    EXPECT_EQ(error.problem(), "token_expired");
    EXPECT_EQ(error.status(), 401);
    EXPECT_TRUE(error.is_unauthenticated());
    EXPECT_THAT(error.what(), HasSubstr("token_expired"));
  }
}

TEST(ErrorsTest, AnEmptyAnswerWhereOneIsExpectedIsADecodeError) {
  BitbucketServer client(fake_options(FakeTransport::in_turn({json_answer("")})));
  EXPECT_THROW(client.repos.get(demo), DecodeError);
}

TEST(ErrorsTest, NothingIsSentForABadName) {
  const auto transport = FakeTransport::in_turn({json_answer("{}")});
  BitbucketServer client(fake_options(transport));
  for (const RepoRef& repo :
       {RepoRef{"", "demo"}, RepoRef{"PRJ", ""}, RepoRef{"PRJ", ".."}, RepoRef{".", "x"}})
    EXPECT_THROW(client.repos.get(repo), InvalidArgument) << repo.str();
  for (const char* path : {"", "a//b", "../x", "a/./b", "a/"})
    EXPECT_THROW(client.files.raw(demo, path), InvalidArgument) << path;
  EXPECT_THROW(client.commits.get(demo, ".."), InvalidArgument);
  EXPECT_THROW(RepoRef("justone"), InvalidArgument);
  EXPECT_THROW(RepoRef("a/b/c"), InvalidArgument);
  EXPECT_EQ(transport->started(), 0u);
}

TEST(ErrorsTest, RefusesBadBaseUrlsWithTheReason) {
  const std::vector<std::pair<std::string, std::string>> bad = {
      {"", "empty"},
      {"git.example.com", "https://"},
      {"ftp://git.example.com", "https://"},
      {"https://", "host"},
      {"https:///bitbucket", "host"},
      {"https://user:pw@git.example.com", "credentials"},
      {"https://git.example.com?x=1", "query"},
      {"https://git.example.com/#top", "fragment"},
      {"https://git.example.com/rest", "/rest"},
      {"https://git.example.com/bitbucket/rest/api/1.0", "/rest"},
      {"https://git.example.com/a/../b", "segment"},
      {"https://git.example.com:99999", "port"},
      {"https://git.example.com:x", "port"},
      {"https://git example.com", "space"},
      {"https://git.example.com\r\nX: y", "control"},
  };
  for (const auto& [url, reason] : bad) {
    try {
      BitbucketServer client({.base_url = url});
      FAIL() << url;
    } catch (const InvalidArgument& error) {
      EXPECT_THAT(error.what(), HasSubstr(reason)) << url;
      EXPECT_THAT(error.what(), Not(HasSubstr("pw"))) << url;
    }
  }
}

TEST(ErrorsTest, JoinsTheContextPathWithOrWithoutASlash) {
  for (const char* url :
       {"https://git.example.com/bitbucket", "https://git.example.com/bitbucket///",
        "HTTPS://git.example.com/bitbucket/"}) {
    const auto transport = FakeTransport::in_turn({repo_answer()});
    ClientOptions options = fake_options(transport);
    options.base_url = url;
    BitbucketServer client(options);
    client.repos.get({"~jdoe", "my.repo x/y"});
    EXPECT_EQ(
        transport->requests()[0].url,
        "https://git.example.com/bitbucket/rest/api/1.0/projects/~jdoe/repos/my.repo%20x%2Fy");
  }
}

}  // namespace
}  // namespace bitbucket::test
