#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "auth/keys.hpp"
#include "server/scripted_server.hpp"
#include "support/demo.hpp"

namespace bitbucket::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

using Kind = TransportError::Kind;

TEST(RetryTest, BacksOffForLongerEachTime) {
  Scripted server(
      {breaks(Kind::reset, true), answer(503), answer(502), answer(200, R"({"slug":"demo"})")});
  BitbucketServer client(server.options);
  EXPECT_EQ(client.repos.get(demo).slug, "demo");
  EXPECT_EQ(server.waits, (std::vector<std::chrono::milliseconds>{100ms, 200ms, 400ms}));
}

TEST(RetryTest, AFailureToStartIsRepeatedLikeAnyOther) {
  for (const int prefetch : {0, 1}) {
    Scripted server({answer(200, tags_page(0, 1, 1, -1))});
    server.options.connection.transport =
        std::make_shared<NeverStarts>(2, Kind::connect, server.transport);
    std::vector<std::string> seen;
    server.options.connection.observer = [&](const Attempt& attempt) {
      seen.push_back(std::to_string(attempt.number) + ' ' + std::to_string(attempt.status) + ' ' +
                     std::string(attempt.error));
    };
    BitbucketServer client(server.options);
    EXPECT_EQ(client.with({.paging = {.prefetch = prefetch}}).tags.list(demo).to_vector().size(),
              1u);
    EXPECT_EQ(server.waits.size(), 2u);
    EXPECT_EQ(seen,
              (std::vector<std::string>{"1 0 not even started", "2 0 not even started", "3 200 "}));
  }
}

TEST(RetryTest, AFailureToStartNamesTheRequest) {
  Scripted server({answer(200)});
  server.options.connection.transport =
      std::make_shared<NeverStarts>(9, Kind::connect, server.transport);
  BitbucketServer client(server.options);
  try {
    client.repos.get(demo);
    FAIL();
  } catch (const TransportError& error) {
    EXPECT_STREQ(error.what(),
                 "GET https://git.example.com/bitbucket/rest/api/1.0/projects/PRJ/repos/demo: not "
                 "even started");
    EXPECT_FALSE(error.may_have_acted());
  }
  EXPECT_EQ(server.waits.size(), 3u);
}

TEST(RetryTest, AProviderThatFailsIsNotTakenForATransport) {
  Scripted server({answer(200)});
  int asked = 0;
  server.options.credentials = CredentialsProvider([&]() -> FixedCredentials {
    ++asked;
    throw TransportError(Kind::connect, "the vault is closed", false);
  });
  BitbucketServer client(server.options);
  try {
    client.repos.get(demo);
    FAIL();
  } catch (const TransportError& error) {
    EXPECT_STREQ(error.what(), "the vault is closed");
  }
  EXPECT_EQ(asked, 1);
}

TEST(RetryTest, NothingIsSentWhenTheTokenIsTriggeredAlready) {
  Scripted server({answer(200)});
  BitbucketServer client(server.options);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(client.with({.stop = stop.get_token()}).repos.get(demo), Cancelled);
  EXPECT_EQ(server.transport->started(), 0u);
}

TEST(RetryTest, EachAttemptHasItsOwnNonceAndTimestamp) {
  Scripted server({answer(503), breaks(Kind::reset, true), answer(429), answer(200)});
  server.options.credentials = keys::credentials();
  server.options.connection.retry.sleeper = [&](std::chrono::milliseconds wait, std::stop_token) {
    server.time += wait;
    return true;
  };
  BitbucketServer client(server.options);
  client.repos.get(demo);
  std::set<std::string> nonces;
  for (const Request& request : server.transport->requests()) {
    const std::string header(find_header(request.headers, "Authorization"));
    const std::size_t at = header.find("oauth_nonce=\"");
    ASSERT_NE(at, std::string::npos);
    EXPECT_NE(header.find("oauth_timestamp=\""), std::string::npos);
    nonces.insert(header.substr(at, header.find('"', at + 13) - at));
  }
  EXPECT_EQ(nonces.size(), 4u);
}

TEST(RetryTest, TheObserverSeesEachAttemptWithItsNumber) {
  Scripted server({breaks(Kind::reset, true), answer(503), answer(429), answer(200)});
  std::vector<std::pair<int, int>> seen;
  server.options.connection.observer = [&](const Attempt& attempt) {
    seen.emplace_back(attempt.number, attempt.status);
  };
  BitbucketServer client(server.options);
  client.repos.get(demo);
  EXPECT_EQ(seen, (std::vector<std::pair<int, int>>{{1, 0}, {2, 503}, {3, 429}, {4, 200}}));
}

TEST(RetryTest, DoesNotBeginAWaitThatCannotEndInTime) {
  Scripted server({answer(503)});
  server.options.connection.retry.first_delay = 1s;  // 0.5 s, 1 s, 2 s with random = 0.5
  BitbucketServer client(server.options);
  EXPECT_THROW(client.with({.timeout = 1600ms}).repos.get(demo), ApiError);
  EXPECT_EQ(server.waits, (std::vector<std::chrono::milliseconds>{500ms, 1000ms}));
  EXPECT_EQ(server.transport->started(), 3u);
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

TEST(RetryTest, A404IsAnErrorWhenTheEarlierAttemptsWereRefused) {
  for (const Step& turned_away :
       {answer(429), breaks(Kind::tls, false), breaks(Kind::proxy, false)}) {
    Scripted server({turned_away, answer(404)});
    BitbucketServer client(server.options);
    EXPECT_THROW(client.hooks.remove(demo, HookId{3}), ApiError);
    EXPECT_EQ(server.transport->started(), 2u);
  }
  for (const Step& perhaps_done :
       {answer(502), answer(503), answer(504), breaks(Kind::cut, true)}) {
    Scripted server({breaks(Kind::connect, false), perhaps_done, answer(404)});
    BitbucketServer client(server.options);
    EXPECT_NO_THROW(client.hooks.remove(demo, HookId{3}));
    EXPECT_EQ(server.transport->started(), 3u);
  }
}

TEST(RetryTest, A404ToARepeatedGetIsStillAnError) {
  Scripted server({breaks(Kind::reset, true), answer(404)});
  BitbucketServer client(server.options);
  EXPECT_THROW(client.repos.get(demo), ApiError);
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
    client.repos.list({.name = "needle"}).to_vector();
    FAIL();
  } catch (const TransportError& error) {
    EXPECT_EQ(error.kind(), Kind::connect);
    EXPECT_THAT(error.what(),
                HasSubstr("GET https://git.example.com/bitbucket/rest/api/1.0/repos"));
    EXPECT_THAT(error.what(), ::testing::Not(HasSubstr("needle")));
  }
}

}  // namespace
}  // namespace bitbucket::test
