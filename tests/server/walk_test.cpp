// Every operation of the table meets every kind of bad answer.  A new row needs no new test code.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "server/fake_client.hpp"
#include "server/methods.hpp"

namespace bitbucket::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Calls `check(name, row, call)` for every row, where call() sends it and gets `response`.
template <class Check>
void for_each_call(const Response& response, Check&& check) {
  api::for_each_operation([&](std::string_view name, const auto& row) {
    const auto transport = FakeTransport::in_turn({response});
    ClientOptions options = fake_options(transport);
    options.credentials = BearerToken{"s3cret"};
    options.connection.retry.max_attempts = 1;
    const BitbucketServer client(options);
    check(std::string(name), static_cast<const Operation&>(row), [&] { invoke(client, row); });
    ASSERT_EQ(transport->started(), 1u) << name;
    const Request request = transport->requests()[0];
    EXPECT_EQ(request.method, row.method) << name;
    EXPECT_EQ(request.url.find('{'), std::string::npos) << name;
    const bool mutating = row.method != Method::get && row.method != Method::head;
    EXPECT_EQ(find_header(request.headers, "X-Atlassian-Token"), mutating ? "no-check" : "")
        << name;
    EXPECT_EQ(find_header(request.headers, "Authorization"), "Bearer s3cret") << name;
  });
}

template <class Call>
std::optional<ApiError> api_error(Call&& call) {
  try {
    call();
  } catch (const ApiError& error) {
    EXPECT_THAT(error.what(), Not(HasSubstr("s3cret")));
    return error;
  }
  return std::nullopt;
}

/// "GET /path" of the last request that `send` makes, without the query.
template <class Send>
std::string last_request(const Send& send) {
  const auto transport = FakeTransport::in_turn({json_answer(
      R"({"id":1,"configuration":{"secret":"s"},"size":0,"isLastPage":true,"values":[]})")});
  try {
    send(BitbucketServer(fake_options(transport)));
  } catch (const DecodeError&) {  // one answer cannot suit every operation
  }
  const Request request = transport->requests().back();
  return std::string(to_string(request.method)) + ' ' +
         request.url.substr(0, request.url.find('?'));
}

TEST(WalkTest, EveryMethodSendsTheRowOfItsName) {
  std::size_t rows = 0;
  api::for_each_operation([&](std::string_view name, const auto& row) {
    ++rows;
    const auto method = methods().find(name);
    ASSERT_NE(method, methods().end()) << name << " is missing in tests/server/methods.hpp";
    EXPECT_EQ(last_request(method->second),
              last_request([&](const BitbucketServer& client) { invoke(client, row); }))
        << name;
  });
  EXPECT_EQ(methods().size(), rows) << "a method has no row";
}

TEST(WalkTest, EveryStatusBecomesAnApiError) {
  for (const int status :
       {300, 302, 400, 401, 403, 404, 405, 406, 409, 412, 415, 429, 500, 502, 503}) {
    for_each_call(json_answer(R"({"errors":[{"message":"why","exceptionName":"a.b.C"}]})", status),
                  [&](const std::string& name, const Operation&, auto call) {
                    const auto error = api_error(call);
                    ASSERT_TRUE(error) << name << ' ' << status;
                    EXPECT_EQ(error->status(), status) << name;
                    EXPECT_EQ(error->errors().at(0).message, "why") << name;
                  });
  }
}

TEST(WalkTest, ALoginPageIsUnauthenticated) {
  const Response page{
      .status = 200, .headers = {{"Content-Type", "text/html"}}, .body = "<html>Log in</html>"};
  for_each_call(page, [](const std::string& name, const Operation& row, auto call) {
    const auto error = api_error(call);
    if (row.answer == AnswerKind::stream) {
      EXPECT_FALSE(error) << "bytes may be HTML";
    } else {
      ASSERT_TRUE(error) << name;
      EXPECT_TRUE(error->is_unauthenticated()) << name;
    }
  });
}

TEST(WalkTest, BrokenBodiesAreDecodeErrors) {
  for (const std::string body :
       {"{\"values\":[{", "[", "nonsense", "{}{}", "\"\xff\"", "7", "{\"values\":{\"id\":{}}}x"}) {
    for_each_call(json_answer(body), [&](const std::string& name, const Operation& row, auto call) {
      if (row.answer == AnswerKind::nothing || row.answer == AnswerKind::stream) {
        EXPECT_NO_THROW(call()) << name;
      } else {
        EXPECT_THROW(call(), DecodeError) << name << ' ' << body;
      }
    });
  }
}

TEST(WalkTest, DeepNestingIsRefusedOrSkipped) {
  const std::string deep = std::string(200000, '[') + std::string(200000, ']');
  for (const std::string& body : {deep, "{\"values\":" + deep + "}", "{\"unknown\":" + deep + "}"})
    for_each_call(json_answer(body), [&](const std::string& name, const Operation&, auto call) {
      try {
        call();
      } catch (const DecodeError&) {
      } catch (const std::exception& other) {
        FAIL() << name << ": " << other.what();
      }
    });
}

TEST(WalkTest, AnEmptyAnswerIsADecodeErrorOnlyWhereOneIsExpected) {
  for_each_call({.status = 204, .headers = {}, .body = ""},
                [](const std::string& name, const Operation& row, auto call) {
                  if (row.answer == AnswerKind::nothing || row.answer == AnswerKind::optional ||
                      row.answer == AnswerKind::stream) {
                    EXPECT_NO_THROW(call()) << name;
                  } else {
                    EXPECT_THROW(call(), DecodeError) << name;
                  }
                });
}

}  // namespace
}  // namespace bitbucket::test
