#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <functional>

#include "http/retry.hpp"
#include "server/fake_client.hpp"

namespace bitbucket::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

const RepoRef demo{"PRJ", "demo"};
using Kind = TransportError::Kind;

/// A client whose server does one thing after the other, and which records its waits.
struct Scripted {
  using Step = std::function<Response()>;

  explicit Scripted(std::deque<Step> script) : steps(std::move(script)) {
    transport = std::make_shared<FakeTransport>([this](const Request&) {
      Step step = steps.front();
      if (steps.size() > 1) steps.pop_front();
      return step();
    });
    options = fake_options(transport);
    options.connection.retry.sleeper = [this](std::chrono::milliseconds time, std::stop_token) {
      waits.push_back(time);
      return true;
    };
  }

  std::deque<Step> steps;
  std::shared_ptr<FakeTransport> transport;
  ClientOptions options;
  std::vector<std::chrono::milliseconds> waits;
};

Scripted::Step answer(int status, std::string body = "{}", std::vector<Header> headers = {}) {
  return [=] {
    Response response = json_answer(body, status);
    response.headers.insert(response.headers.end(), headers.begin(), headers.end());
    return response;
  };
}
Scripted::Step breaks(Kind kind, bool sent) {
  return [=]() -> Response { throw TransportError(kind, "it broke", sent); };
}

const NewHook hook{.name = "n", .url = "https://bot.example.com", .events = {"repo:refs_changed"}};

TEST(RetryTest, RepeatsAGetThatMayHaveBeenActedOn) {
  Scripted server(
      {breaks(Kind::reset, true), answer(503), answer(502), answer(200, R"({"slug":"demo"})")});
  BitbucketServer client(server.options);
  EXPECT_EQ(client.repos.get(demo).slug, "demo");
  EXPECT_EQ(server.transport->started(), 4u);
  EXPECT_EQ(server.waits, (std::vector<std::chrono::milliseconds>{100ms, 200ms, 400ms}));
}

TEST(RetryTest, NeverRepeatsAPostThatMayHaveBeenActedOn) {
  for (const auto& step :
       {breaks(Kind::reset, true), breaks(Kind::timeout, true), answer(503), answer(502)}) {
    Scripted server({step, answer(201, R"({"id":1})")});
    BitbucketServer client(server.options);
    EXPECT_THROW(client.hooks.create(demo, hook), Error);
    EXPECT_EQ(server.transport->started(), 1u);
  }
}

TEST(RetryTest, RepeatsAPostThatCannotHaveBeenActedOn) {
  for (const auto& step : {breaks(Kind::resolve, false), breaks(Kind::connect, false),
                           breaks(Kind::tls, false), answer(429)}) {
    Scripted server({step, answer(201, R"({"id":9})")});
    BitbucketServer client(server.options);
    EXPECT_EQ(client.hooks.create(demo, hook).id, HookId{9});
    EXPECT_EQ(server.transport->started(), 2u);
  }
}

TEST(RetryTest, DoesNotRepeatWhatCannotHelp) {
  for (const auto& step :
       {answer(400), answer(401), answer(403), answer(404), answer(409), answer(500),
        breaks(Kind::certificate, false), breaks(Kind::too_large, true)}) {
    Scripted server({step});
    BitbucketServer client(server.options);
    EXPECT_THROW(client.repos.get(demo), Error);
    EXPECT_EQ(server.transport->started(), 1u);
  }
}

TEST(RetryTest, GivesUpAfterTheAllowedAttempts) {
  Scripted server({answer(503, R"({"errors":[{"message":"starting"}]})")});
  BitbucketServer client(server.options);
  try {
    client.repos.get(demo);
    FAIL();
  } catch (const ApiError& error) {
    EXPECT_EQ(error.status(), 503);
    EXPECT_THAT(error.what(), HasSubstr("starting"));
  }
  EXPECT_EQ(server.transport->started(), 4u);
}

TEST(RetryTest, WaitsAsLongAsTheServerAsks) {
  Scripted server({answer(429, "{}", {{"Retry-After", "5"}}), answer(200)});
  BitbucketServer client(server.options);
  client.repos.get(demo);
  ASSERT_GE(server.waits.size(), 1u);
  EXPECT_GE(server.waits[0], 5s);
  EXPECT_LE(server.waits[0], 6s);
}

TEST(RetryTest, ThrowsWhenTheServerAsksForLongerThanTheCallMayTake) {
  for (const char* wait : {"45", "3600", "99999999999999999999"}) {
    Scripted server({answer(429, "{}", {{"Retry-After", wait}}), answer(200)});
    BitbucketServer client(server.options);
    try {
      client.repos.get(demo);
      FAIL() << wait;
    } catch (const ApiError& error) {
      EXPECT_TRUE(error.is_rate_limited());
      EXPECT_TRUE(error.retry_after().has_value());
    }
    EXPECT_TRUE(server.waits.empty());
  }
}

TEST(RetryTest, A429PausesAllRequestsWithTheSameCredentials) {
  Scripted server({answer(429, "{}", {{"Retry-After", "7"}}), answer(200)});
  server.options.connection.retry.max_attempts = 1;
  BitbucketServer client(server.options);
  EXPECT_THROW(client.repos.get(demo), ApiError);
  EXPECT_TRUE(server.waits.empty());
  client.with({.timeout = 20s}).repos.get(demo);
  ASSERT_EQ(server.waits.size(), 1u) << "a view with the same credentials waits";
  EXPECT_GE(server.waits[0], 6900ms);
  client.with({.credentials = BearerToken{"other"}}).repos.get(demo);
  EXPECT_EQ(server.waits.size(), 1u) << "other credentials do not";
}

TEST(RetryTest, EqualCredentialsShareAPauseUntilItIsOver) {
  Scripted server({answer(429, "{}", {{"Retry-After", "7"}}), answer(200)});
  auto time = std::chrono::steady_clock::now();
  server.options.connection.retry.max_attempts = 1;
  server.options.connection.retry.clock = [&] { return time; };
  BitbucketServer client(server.options);
  EXPECT_THROW(client.with({.credentials = BearerToken{"hers"}}).repos.get(demo), ApiError);
  time += 4s;
  client.with({.credentials = BearerToken{"hers"}}).repos.get(demo);
  ASSERT_EQ(server.waits.size(), 1u) << "the same token, given again";
  EXPECT_GE(server.waits[0], 3s);
  EXPECT_LT(server.waits[0], 4s);
  time += 4s;
  client.with({.credentials = BearerToken{"hers"}}).repos.get(demo);
  EXPECT_EQ(server.waits.size(), 1u) << "it is over";
}

TEST(RetryTest, A404ToARepeatedDeleteIsSuccess) {
  Scripted again({breaks(Kind::reset, true), answer(404)});
  BitbucketServer client(again.options);
  EXPECT_NO_THROW(client.hooks.remove(demo, HookId{3}));
  Scripted first({answer(404)});
  BitbucketServer other(first.options);
  EXPECT_THROW(other.hooks.remove(demo, HookId{3}), ApiError);
  Scripted unsent({breaks(Kind::connect, false), answer(404)});
  BitbucketServer third(unsent.options);
  EXPECT_THROW(third.hooks.remove(demo, HookId{3}), ApiError) << "the first cannot have removed it";
}

TEST(RetryTest, AStreamIsNotRepeatedOnceTheSinkHasSeenBytes) {
  const auto transport = std::make_shared<FakeTransport>([](const Request& request) -> Response {
    request.sink("half");
    throw TransportError(Kind::cut, "cut", true);
  });
  BitbucketServer client(fake_options(transport));
  std::string got;
  EXPECT_THROW(client.files.raw(demo, "a", "", [&](std::string_view bytes) { got += bytes; }),
               TransportError);
  EXPECT_EQ(got, "half");
  EXPECT_EQ(transport->started(), 1u);
}

TEST(RetryTest, EveryAttemptIsAuthorisedAnew) {
  Scripted server({answer(503), answer(200)});
  int asked = 0;
  server.options.credentials = CredentialsProvider(
      [&]() -> FixedCredentials { return BearerToken{"token-" + std::to_string(++asked)}; });
  BitbucketServer client(server.options);
  client.repos.get(demo);
  const auto requests = server.transport->requests();
  EXPECT_EQ(find_header(requests[0].headers, "Authorization"), "Bearer token-1");
  EXPECT_EQ(find_header(requests[1].headers, "authorization"), "Bearer token-2");
}

TEST(RetryTest, TransportErrorsNameTheRequestWithoutItsQuery) {
  Scripted server({breaks(Kind::connect, false)});
  BitbucketServer client(server.options);
  try {
    client.repos.search("needle").to_vector();
    FAIL();
  } catch (const TransportError& error) {
    EXPECT_EQ(error.kind(), Kind::connect);
    EXPECT_THAT(error.what(),
                HasSubstr("GET https://git.example.com/bitbucket/rest/api/1.0/repos"));
    EXPECT_THAT(error.what(), ::testing::Not(HasSubstr("needle")));
  }
}

TEST(RetryAfterTest, ReadsBothFormsAndNoNonsense) {
  using http::parse_retry_after;
  EXPECT_EQ(parse_retry_after("5", ""), 5s);
  EXPECT_EQ(parse_retry_after(" 0 ", ""), 0s);
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:40 GMT", "Sun, 06 Nov 1994 08:49:37 GMT"),
            3s);
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:30 GMT", "Sun, 06 Nov 1994 08:49:37 GMT"),
            0s);
  for (const char* bad : {"", "-1", "soon", "1.5", "Sun, 99 Nov 1994 08:49:40 GMT", "5s", "NaN"})
    EXPECT_EQ(parse_retry_after(bad, ""), std::nullopt) << bad;
  EXPECT_EQ(parse_retry_after("99999999999999999999", ""), std::chrono::hours(24 * 365));
}

TEST(RetryAfterTest, BackoffGrowsIsCappedAndRandom) {
  RetryOptions options{.first_delay = 100ms, .max_delay = 1s};
  options.random = [] { return 1.0; };
  EXPECT_EQ(http::backoff(options, 1), 100ms);
  EXPECT_EQ(http::backoff(options, 3), 400ms);
  EXPECT_EQ(http::backoff(options, 60), 1s);
  options.random = [] { return 0.0; };
  EXPECT_EQ(http::backoff(options, 5), 0ms);
}

}  // namespace
}  // namespace bitbucket::test
