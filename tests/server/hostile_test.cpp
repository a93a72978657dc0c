#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <barrier>
#include <cstddef>
#include <iterator>
#include <limits>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "auth/keys.hpp"
#include "server/fake_client.hpp"
#include "support/demo.hpp"

// Answers that no good server gives, and calls that no good caller makes.

namespace bitbucket::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

Response with_header(Response response, const std::string& name, const std::string& value) {
  response.headers.push_back({name, value});
  return response;
}

Response clock_refused() {
  return {.status = 401,
          .headers = {{"WWW-Authenticate", "OAuth oauth_problem=\"timestamp_refused\""},
                      {"Date", "Sun, 06 Nov 2044 08:49:37 GMT"}},
          .body = {}};
}

ClientOptions signed_fake(const std::shared_ptr<FakeTransport>& transport) {
  ClientOptions options = fake_options(transport);
  options.credentials = keys::credentials();
  return options;
}

TEST(HostileRetryTest, A404AfterARefusedDeleteIsAnError) {
  // Neither a 429 nor a refused timestamp has removed anything.
  for (const Response& refused : {json_answer("{}", 429), clock_refused()}) {
    const auto transport = FakeTransport::in_turn({refused, json_answer("{}", 404)});
    BitbucketServer client(signed_fake(transport));
    EXPECT_THROW(client.hooks.remove(demo, HookId{3}), ApiError) << refused.status;
    EXPECT_EQ(transport->started(), 2u);
  }
}

TEST(HostileRetryTest, OnlyARepeatedDeleteSucceedsWithA404) {
  const auto transport = FakeTransport::in_turn({json_answer("{}", 503), json_answer("{}", 404)});
  BitbucketServer client(fake_options(transport));
  EXPECT_THROW(client.repos.get(demo), ApiError);
  EXPECT_EQ(transport->started(), 2u);
}

TEST(HostileRetryTest, ARefusedTimestampIsRepairedOnceEvenForAPost) {
  const NewHook hook{.name = "n", .url = "https://bot.example.com", .events = {"pr:merged"}};
  const auto transport = FakeTransport::in_turn({clock_refused(), json_answer(R"({"id":9})", 201)});
  BitbucketServer client(signed_fake(transport));
  EXPECT_EQ(client.hooks.create(demo, hook).id, HookId{9});
  EXPECT_THAT(find_header(transport->requests().at(1).headers, "Authorization"),
              HasSubstr("oauth_timestamp=\"236203"));
  const auto stubborn = FakeTransport::in_turn({clock_refused()});
  BitbucketServer other(signed_fake(stubborn));
  EXPECT_THROW(other.hooks.create(demo, hook), OAuthError);
  EXPECT_EQ(stubborn->started(), 2u);
}

TEST(HostileRetryTest, OnlyARefusedTimestampIsRepeatedOn401) {
  Response refused = clock_refused();
  refused.headers[0].value = "OAuth oauth_problem=\"nonce_used\"";
  const auto transport = FakeTransport::in_turn({refused, repo_answer()});
  BitbucketServer client(signed_fake(transport));
  EXPECT_THROW(client.repos.get(demo), OAuthError);
  EXPECT_EQ(transport->started(), 1u);
}

TEST(HostileRetryTest, OneAttemptIsNotRepeatedButTheNextCallHasTheRightClock) {
  const auto transport = FakeTransport::in_turn({clock_refused(), repo_answer()});
  ClientOptions options = signed_fake(transport);
  options.connection.retry.max_attempts = 1;
  BitbucketServer client(options);
  EXPECT_THROW(client.repos.get(demo), OAuthError);
  EXPECT_EQ(transport->started(), 1u);
  client.repos.get(demo);
  EXPECT_THAT(find_header(transport->requests().at(1).headers, "Authorization"),
              HasSubstr("oauth_timestamp=\"236203"));
}

TEST(HostileRetryTest, ALongRetryAfterAlsoPausesTheOthers) {
  const auto transport = FakeTransport::in_turn(
      {with_header(json_answer("{}", 429), "Retry-After", "3600"), repo_answer()});
  ClientOptions options = fake_options(transport);
  std::vector<std::chrono::milliseconds> waits;
  options.connection.retry.sleeper = [&](std::chrono::milliseconds time, std::stop_token) {
    waits.push_back(time);
    return true;
  };
  BitbucketServer client(options);
  EXPECT_THROW(client.repos.get(demo), ApiError);
  try {
    client.repos.get(demo);
    ADD_FAILURE() << "a call that cannot outlast the pause does not wait for it";
  } catch (const ApiError& error) {
    EXPECT_TRUE(error.is_rate_limited());
    EXPECT_THAT(error.what(), HasSubstr("not sent: the server limits the rate"));
  }
  EXPECT_EQ(transport->started(), 1u);
  EXPECT_TRUE(waits.empty());
  client.with({.timeout = 90s}).repos.get(demo);
  ASSERT_EQ(waits.size(), 1u);
  EXPECT_GT(waits[0], 55s);
  EXPECT_LE(waits[0], 80s) << "a server cannot stop a client for longer than max_retry_after "
                              "and the spread";
}

TEST(HostileViewTest, AChainOfViewsStopsWithEachOfItsTokens) {
  for (std::size_t stopped = 0; stopped < 3; ++stopped) {
    std::stop_source sources[3];
    BitbucketServer client(fake_options(tag_server(3, 10)));
    const BitbucketServer view = client.with({.stop = sources[0].get_token()})
                                     .with({.stop = sources[1].get_token()})
                                     .with({.stop = sources[2].get_token()});
    EXPECT_NO_THROW(view.tags.list(demo).to_vector());
    sources[stopped].request_stop();
    EXPECT_THROW(view.tags.list(demo).to_vector(), Cancelled) << stopped;
  }
}

TEST(HostileAnswerTest, AnAnswerWithoutContentIsNotALoginPage) {
  const auto transport = FakeTransport::in_turn(
      {{.status = 204, .headers = {{"Content-Type", "text/html;charset=UTF-8"}}, .body = {}}});
  BitbucketServer client(fake_options(transport));
  EXPECT_NO_THROW(client.hooks.remove(demo, HookId{3}));
}

TEST(HostileAnswerTest, StatusesWithoutMeaningAreApiErrors) {
  for (const int status : {100, 101, 300, 304, 305, 418, 599, 999}) {
    BitbucketServer client(fake_options(FakeTransport::in_turn({json_answer("", status)})));
    EXPECT_THROW(client.repos.get(demo), ApiError) << status;
  }
  for (const int status : {202, 204, 205, 206}) {
    BitbucketServer client(fake_options(FakeTransport::in_turn({json_answer("", status)})));
    EXPECT_THROW(client.repos.get(demo), DecodeError) << status;
  }
}

TEST(HostileAnswerTest, TextsAreCutBetweenCharacters) {
  std::string umlauts = "x";
  for (int i = 0; i < 2000; ++i) umlauts += "\xc3\xa4";
  BitbucketServer client(fake_options(FakeTransport::in_turn(
      {json_answer(R"({"errors":[{"message":")" + umlauts + R"("}]})", 400)})));
  try {
    client.repos.get(demo);
    FAIL();
  } catch (const ApiError& error) {
    EXPECT_NO_THROW((void)nlohmann::json(error.what()).dump());
  }
}

TEST(HostileAnswerTest, TheLimitsReachTheTransport) {
  const auto transport = FakeTransport::in_turn({repo_answer()});
  ClientOptions options = fake_options(transport);
  options.connection.max_answer = 1234;
  options.connection.idle_timeout = 77ms;
  options.connection.connect_timeout = 5s;
  BitbucketServer client(options);
  client.repos.get(demo);
  client.with({.timeout = 2s}).files.raw(demo, "a", "", [](std::string_view) {});
  const auto requests = transport->requests();
  EXPECT_EQ(requests.at(0).max_body, 1234u);
  EXPECT_EQ(requests.at(0).connect_timeout, 5s);
  EXPECT_EQ(requests.at(0).idle_timeout, 0ms) << "the deadline bounds it";
  EXPECT_EQ(requests.at(1).connect_timeout, 2s);
  EXPECT_EQ(requests.at(1).idle_timeout, 77ms);
}

TEST(HostileAnswerTest, AnObserverSeesACancelledAttempt) {
  std::stop_source source;
  const auto transport =
      std::make_shared<FakeTransport>([](const Request&) -> Response { throw Cancelled(); });
  ClientOptions options = fake_options(transport);
  int seen = 0;
  options.connection.observer = [&](const Attempt& attempt) { seen += attempt.status == 0; };
  BitbucketServer client(options);
  EXPECT_THROW(client.repos.get(demo), Cancelled);
  EXPECT_EQ(seen, 1);
}

TEST(HostilePageTest, AnIteratorThatFailedTwiceIsStillAtTheEnd) {
  const auto answers =
      std::vector<Response>{json_answer(tags_page(0, 1, 1, 1)), json_answer("{}", 500),
                            json_answer("{}", 500), json_answer(tags_page(1, 1, 1, -1))};
  BitbucketServer client(fake_options(FakeTransport::in_turn(answers)));
  Paged<Tag> tags = client.with({.paging = {.prefetch = 0}}).tags.list(demo);
  auto it = tags.begin();
  EXPECT_THROW(++it, ApiError);
  EXPECT_THROW(++it, ApiError);
  EXPECT_TRUE(it == tags.end()) << "there is nothing to read";
  ++it;
  EXPECT_EQ(it->display_id, "t1");
}

TEST(HostilePageTest, AFailedToVectorLeavesNoLimitBehind) {
  const auto transport = FakeTransport::in_turn(
      {json_answer("{}", 500), json_answer("{}", 500), json_answer(tags_page(0, 1, 100, -1))});
  BitbucketServer client(fake_options(transport));
  Paged<Tag> tags = client.tags.list(demo);
  EXPECT_THROW(tags.to_vector(3), ApiError);
  EXPECT_THROW(tags.begin(), ApiError);
  EXPECT_EQ(query_value(transport->requests().at(1).url, "limit"), "1000");
}

TEST(HostilePageTest, RefusesAPositionThatNoRangeReturns) {
  const auto transport = tag_server(3, 10);
  BitbucketServer client(fake_options(transport));
  EXPECT_THROW((void)client.tags.list(demo).from({.start = -1}), InvalidArgument);
  EXPECT_EQ(transport->started(), 0u);
  constexpr auto huge = std::numeric_limits<std::size_t>::max();
  EXPECT_TRUE(client.tags.list(demo).from({.start = 0, .offset = huge}).to_vector(1).empty());
  EXPECT_EQ(query_value(transport->requests().at(0).url, "limit"), "1000");
}

TEST(HostilePageTest, AnObjectThatIsNotAPageIsNotAnEmptyPage) {
  for (const char* body : {"{}", R"({"status":"ok"})", R"({"errors":[]})"}) {
    BitbucketServer client(fake_options(FakeTransport::in_turn({json_answer(body)})));
    EXPECT_THROW(client.tags.list(demo).to_vector(), DecodeError) << body;
  }
}

TEST(HostilePageTest, RefusesCursorsThatOverflowOrAreNegative) {
  const std::string last = "9223372036854775807";
  const auto page = [](const std::string& start, const std::string& next) {
    return json_answer(R"({"values":[)" + tag_json("t") + R"(],"isLastPage":false,"start":)" +
                       start + R"(,"nextPageStart":)" + next + "}");
  };
  // The first walk has a second request, for the last position that there is.
  for (auto pages : {std::vector{page("0", last), page(last, last)}, std::vector{page("0", "-1")},
                     std::vector{page("0", last + "0")}}) {
    const std::size_t requests = pages.size();
    pages.push_back(json_answer("{}", 404));  // for a walk that goes on
    const auto transport = FakeTransport::in_turn(pages);
    BitbucketServer client(fake_options(transport));
    try {
      client.tags.list(demo).to_vector();
      ADD_FAILURE() << "no error was thrown";
    } catch (const Error& error) {
      const auto* refused = dynamic_cast<const DecodeError*>(&error);
      EXPECT_TRUE(refused && refused->pointer() == "/nextPageStart") << error.what();
    }
    EXPECT_EQ(transport->started(), requests);
  }
}

TEST(HostilePageTest, AResumedWalkAsksForTheRowsItSkipsToo) {
  const auto transport = tag_server(35, 100);
  BitbucketServer client(fake_options(transport));
  EXPECT_EQ(names(client.tags.list(demo).from({.start = 10, .offset = 7}).to_vector(5)),
            expected_names(17, 22));
  EXPECT_EQ(transport->started(), 1u);
  EXPECT_EQ(query_value(transport->requests().at(0).url, "limit"), "12");
}

TEST(HostilePageTest, AnUnchangedLimitIsNotAClampedOne) {
  BitbucketServer client(fake_options(tag_server(30, 10)));
  Paged<Tag> tags = client.with({.paging = {.page_size = 10}}).tags.list(demo);
  tags.to_vector();
  EXPECT_EQ(tags.server_limit(), std::nullopt);
}

TEST(HostilePageTest, APageWithMoreRowsThanAskedForGivesNoMoreThanWanted) {
  const auto transport = FakeTransport::in_turn({json_answer(tags_page(0, 50, 50, 50))});
  BitbucketServer client(fake_options(transport));
  EXPECT_EQ(names(client.tags.list(demo).to_vector(3)), expected_names(0, 3));
  EXPECT_EQ(transport->started(), 1u);
}

TEST(HostileItemsTest, ARealErrorTakesPrecedenceOverACancellation) {
  BitbucketServer client(fake_options(tag_server(1, 1)));
  std::barrier both(2);
  const auto work = [&](const BitbucketServer& c, int n) {
    both.arrive_and_wait();
    if (n == 0) throw Cancelled();  // with a token of its own
    try {
      for (;;) c.tags.list(demo).to_vector();
    } catch (const Cancelled&) {
      throw std::logic_error("it broke while it was stopped");
    }
  };
  EXPECT_THROW(client.concurrently(std::vector{0, 1}, work, {.max = 2}), std::logic_error);
}

/// Counts to 3, then throws once, and would continue if it were asked again.
struct FailingItems {
  struct iterator {
    using value_type = int;
    using difference_type = std::ptrdiff_t;
    FailingItems* items;
    int operator*() const { return items->at; }
    iterator& operator++() {
      if (++items->at == 3) throw std::logic_error("the items fail");
      if (items->at > 3) items->asked_again = true;
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return items->at == 100; }
  };
  int at = 0;
  bool asked_again = false;
  iterator begin() { return {this}; }
  std::default_sentinel_t end() const { return {}; }
};

TEST(HostileItemsTest, ItemsThatThrewAreNotReadAgain) {
  BitbucketServer client(fake_options(tag_server(1, 1)));
  for (int i = 0; i < 200; ++i) {
    FailingItems items;
    EXPECT_THROW(client.concurrently(items, [](const BitbucketServer&, int) {}, {.max = 4}),
                 std::logic_error);
    EXPECT_FALSE(items.asked_again);
  }
}

}  // namespace
}  // namespace bitbucket::test
