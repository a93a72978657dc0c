#include <gtest/gtest.h>

#include "http/date.hpp"
#include "server/scripted_server.hpp"
#include "support/demo.hpp"

namespace bitbucket::test {
namespace {

using namespace std::chrono_literals;
using http::parse_retry_after;

constexpr const char* date = "Sun, 06 Nov 1994 08:49:37 GMT";

Step slow_down(const std::string& retry_after, int status = 429) {
  return answer(status, "{}", {{"Retry-After", retry_after}, {"Date", date}});
}

TEST(RetryAfterTest, ReadsBothForms) {
  EXPECT_EQ(parse_retry_after("5", ""), 5s);
  EXPECT_EQ(parse_retry_after("0", ""), 0s);
  EXPECT_EQ(parse_retry_after("007", ""), 7s);
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:40 GMT", date), 3s);
  EXPECT_EQ(parse_retry_after("Mon, 07 Nov 1994 08:49:37 GMT", date), 24h);
}

TEST(RetryAfterTest, IgnoresSurroundingWhiteSpace) {
  EXPECT_EQ(parse_retry_after(" \t 5\t ", ""), 5s);
  EXPECT_EQ(
      parse_retry_after("\t Sun, 06 Nov 1994 08:49:40 GMT \t", " Sun, 06 Nov 1994 08:49:37 GMT\t"),
      3s);
}

TEST(RetryAfterTest, ADateInThePastMeansNow) {
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:30 GMT", date), 0s);
  EXPECT_EQ(parse_retry_after("Thu, 01 Jan 1970 00:00:00 GMT", date), 0s);
  EXPECT_EQ(parse_retry_after("Sat, 01 Jan 0000 00:00:00 GMT", date), 0s);
}

TEST(RetryAfterTest, ADateCountsFromTheLocalClockWhenTheAnswerHasNone) {
  for (const char* none : {"", "yesterday", "5"}) {
    EXPECT_EQ(parse_retry_after(date, none), 0s);
    EXPECT_EQ(parse_retry_after("Fri, 31 Dec 9999 23:59:59 GMT", none), 24h * 365);
  }
}

TEST(RetryAfterTest, HugeNumbersMeanAYear) {
  for (const char* huge : {"31536001", "2147483647", "2147483648", "4294967296",
                           "9223372036854775808", "99999999999999999999"})
    EXPECT_EQ(parse_retry_after(huge, ""), 24h * 365) << huge;
  EXPECT_EQ(parse_retry_after(std::string(5000, '9'), ""), 24h * 365);
}

TEST(RetryAfterTest, IgnoresNonsense) {
  for (const char* bad : {"",
                          " ",
                          "\t",
                          "-1",
                          "- 1",
                          "+5",
                          "soon",
                          "1.5",
                          "5s",
                          "5 5",
                          "5,6",
                          "0x10",
                          "1e3",
                          "NaN",
                          "inf",
                          "\n5",
                          "Sun, 99 Nov 1994 08:49:40 GMT",
                          "Sun, 30 Feb 1994 08:49:40 GMT",
                          "Sun, 06 Nov 1994 24:49:40 GMT",
                          "Sun, 06 Nov 1994 08:60:40 GMT",
                          "Sun, -6 Nov 1994 08:49:40 GMT",
                          "Sun, 06 nov 1994 08:49:40 GMT",
                          "Sun, 06 Nov 1994 08:49:40 UTC",
                          "Sun, 06 Nov 1994 08:49:40",
                          "Sun 06 Nov 1994 08:49:40 GMT"})
    EXPECT_EQ(parse_retry_after(bad, date), std::nullopt) << bad;
}

TEST(RetryAfterTest, TheWaitIsALittleLongerThanRequested) {
  for (const int status : {429, 503}) {
    for (const std::string asked : {"5", "Sun, 06 Nov 1994 08:49:42 GMT"}) {
      Scripted server({slow_down(asked, status), answer(200)});
      const BitbucketServer client(server.options);
      client.repos.get(demo);
      ASSERT_EQ(server.waits.size(), 1u) << status << ' ' << asked;
      EXPECT_GE(server.waits[0], 5s);
      EXPECT_LE(server.waits[0], 7s);
    }
  }
}

TEST(RetryAfterTest, NonsenseCountsAsNoHeader) {
  for (const char* bad : {"-1", "soon", ""}) {
    Scripted limited({slow_down(bad), answer(200)});
    const BitbucketServer client(limited.options);
    client.repos.get(demo);
    ASSERT_EQ(limited.waits.size(), 1u);
    EXPECT_GE(limited.waits[0], 1s) << "the wait after a 429 is at least a second";
    Scripted unavailable({slow_down(bad, 503), answer(200)});
    const BitbucketServer other(unavailable.options);
    other.repos.get(demo);
    EXPECT_EQ(unavailable.waits, std::vector<std::chrono::milliseconds>{100ms});
  }
}

TEST(RetryAfterTest, BacksOffForLongerEachTimeWhenAServerAlwaysAsksForNoWait) {
  Scripted server({slow_down("0"), slow_down("0"), slow_down("0"), answer(200)});
  const BitbucketServer client(server.options);
  client.repos.get(demo);
  ASSERT_EQ(server.waits.size(), 3u);
  EXPECT_GE(server.waits[0], 100ms);
  EXPECT_GE(server.waits[1], 200ms);
  EXPECT_GE(server.waits[2], 400ms);
}

TEST(RetryAfterTest, AWaitBeyondTheLimitIsThrownAtOnceAndPausesOtherCalls) {
  for (const char* wait : {"61", "3600", "99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"}) {
    Scripted server({slow_down(wait), answer(200)});
    const BitbucketServer client(server.options);
    try {
      client.repos.get(demo);
      FAIL() << wait;
    } catch (const ApiError& error) {
      EXPECT_TRUE(error.is_rate_limited());
      EXPECT_GE(error.retry_after().value(), 61s);
    }
    EXPECT_TRUE(server.waits.empty());
    try {
      client.repos.get(demo);
      FAIL() << "30 s are too short for a pause of 60 s";
    } catch (const Error& error) {
      EXPECT_TRUE(error.is_rate_limited()) << error.what();
      EXPECT_TRUE(error.is_retryable());
    }
    EXPECT_EQ(server.transport->started(), 1u) << "nothing was sent";
    client.with({.timeout = 5min}).repos.get(demo);
    EXPECT_EQ(server.transport->started(), 2u);
    EXPECT_GE(server.waits.at(0), 60s);
  }
}

TEST(RetryAfterTest, AWaitBeyondTheTimeOfTheCallIsThrownAtOnce) {
  for (const int status : {429, 503}) {
    Scripted server({slow_down("45", status), answer(200)});
    const BitbucketServer client(server.options);  // 30 s
    try {
      client.repos.get(demo);
      FAIL();
    } catch (const ApiError& error) {
      EXPECT_EQ(error.status(), status);
      EXPECT_EQ(error.retry_after(), 45s) << "the server's own answer";
    }
    EXPECT_TRUE(server.waits.empty());
    EXPECT_EQ(server.transport->started(), 1u);
  }
}

TEST(RetryAfterTest, TheWaitsOfACallEndWithinItsTime) {
  Scripted server({slow_down("4")});
  server.options.connection.retry.max_attempts = 1000;
  server.options.connection.retry.random = [] { return 1.0; };
  const auto began = server.time;
  const BitbucketServer client(server.options);
  EXPECT_THROW(client.repos.get(demo), ApiError);
  EXPECT_LE(server.time - began, 30s);
  EXPECT_GE(server.waits.size(), 2u);
}

TEST(RetryAfterTest, A503PausesNoOtherCall) {
  Scripted server({slow_down("45", 503), answer(200)});
  const BitbucketServer client(server.options);
  EXPECT_THROW(client.repos.get(demo), ApiError);
  client.repos.get(demo);
  EXPECT_TRUE(server.waits.empty());
}

}  // namespace
}  // namespace bitbucket::test
