// Several pages in flight at once: a caller sees no difference, except that it takes less time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "server/fake_client.hpp"
#include "support/demo.hpp"

namespace bitbucket::test {

/// A tag type that records when it is read.
struct WatchedTag : Tag {};
std::function<std::size_t()> started;
std::vector<std::size_t> requests_at_reading;

}  // namespace bitbucket::test

template <>
void bitbucket::JsonCodec<bitbucket::Page<bitbucket::test::WatchedTag>>::read(
    std::string& body, Page<test::WatchedTag>& out) {
  test::requests_at_reading.push_back(test::started());
  Page<RawJson> page;
  JsonCodec<Page<RawJson>>::read(body, page);
  out = {.values = std::vector<test::WatchedTag>(page.values.size()),
         .size = page.size,
         .limit = page.limit,
         .start = page.start,
         .next_page_start = page.next_page_start,
         .is_last_page = page.is_last_page};
}

namespace bitbucket::test {
namespace {

/// A paged server made from a seed.  Its answers depend only on the request.
struct SeededServer {
  int total, cap, hole_every, short_every, empty_every, fault;
  std::int64_t fault_at;
  bool rows_first;

  explicit SeededServer(unsigned seed) {
    std::mt19937 random(seed);
    const auto upto = [&](int n) { return std::uniform_int_distribution<int>(0, n)(random); };
    total = upto(3) == 0 ? upto(12) : upto(160);
    cap = 1 + upto(upto(1) == 0 ? 9 : 60);
    hole_every = upto(2) == 0 ? 2 + upto(5) : 0;
    short_every = upto(3) == 0 ? 2 + upto(4) : 0;
    empty_every = upto(3) == 0 ? 2 + upto(4) : 0;
    fault = upto(2) == 0 ? 1 + upto(8) : 0;
    fault_at = upto(total);
    rows_first = upto(1) == 0;
  }

  [[nodiscard]] Response answer(const Request& request) const {
    const std::int64_t start = std::stoll(query_value(request.url, "start"));
    const int limit = std::min(cap, std::stoi(query_value(request.url, "limit")));
    if (start > total)  // only a wrong guess can ask for this
      return json_answer(R"({"errors":[{"message":"past the end"}]})", 400);
    // Some pages are short or empty; the cursor is where the rows end.
    const std::int64_t page = start / std::max(1, limit);
    std::int64_t end = std::min<std::int64_t>(total, start + limit);
    if (short_every > 0 && page % short_every == 1) end = std::min(end, start + 1 + limit / 2);
    const bool fails = fault > 0 && start <= fault_at && fault_at < std::max(end, start + 1);
    if (fails && fault <= 5) return failure();
    const bool empty = empty_every > 0 && page % empty_every == 1;
    std::string rows;
    for (std::int64_t i = start; i < end && !empty; ++i)
      if (hole_every == 0 || i % hole_every != 0)
        rows += (rows.empty() ? "" : ",") + tag_json("t" + std::to_string(i));
    return json_answer(page_text(start, limit, end, rows, fails));
  }

 private:
  [[nodiscard]] Response failure() const {
    switch (fault) {
      case 1:
        return json_answer(R"({"errors":[{"message":"gone"}]})", 404);
      case 2:
        return json_answer("{}", 500);
      case 3:
        return {.status = 200, .headers = {{"Content-Type", "text/html"}}, .body = "<html>"};
      case 4:
        throw TransportError(TransportError::Kind::reset, "reset", true);
      default:
        return json_answer("{\"values\":[{\"displayId\":");
    }
  }
  [[nodiscard]] std::string page_text(std::int64_t start, int limit, std::int64_t end,
                                      const std::string& rows, bool fails) const {
    const bool last = end >= total;
    std::int64_t next = end, named = start;
    if (fails && fault == 6) next = start;       // does not advance
    if (fails && fault == 7) named = start + 1;  // not the requested page
    std::string head = "\"limit\":" + std::to_string(limit) +
                       ",\"start\":" + std::to_string(named) +
                       ",\"isLastPage\":" + (last && !(fails && fault >= 6) ? "true" : "false");
    if (fails && fault == 8)
      head += ",\"note\":\"\\\"nextPageStart\\\":3\"";  // looks like a cursor but is not
    else if (!last || fails)
      head += ",\"nextPageStart\":" + std::to_string(next);
    const std::string values = "\"values\":[" + rows + "]";
    return rows_first ? "{" + values + "," + head + "}" : "{" + head + "," + values + "}";
  }
};

constexpr Pages<WatchedTag, RepoRef> watched_tags{
    "/rest/api/1.0/projects/{project}/repos/{repo}/tags"};

/// Returns all that a caller can see of a walk, including errors and second tries.
std::vector<std::string> seen(const BitbucketServer& client, std::size_t n) {
  std::vector<std::string> out;
  Paged<Tag> tags = client.tags.list(demo);
  for (int attempt = 0; attempt < 3; ++attempt) {
    try {
      if (n > 0) {
        for (const Tag& tag : tags.to_vector(n)) out.push_back(tag.display_id);
      } else {
        for (const Tag& tag : tags) {
          const PagePosition at = tags.position();
          out.push_back(tag.display_id + '@' + std::to_string(at.start) + '+' +
                        std::to_string(at.offset));
        }
      }
      out.push_back(tags.position().at_end ? "end" : "more");
    } catch (const Error& error) {
      out.push_back(error.what());
    }
  }
  out.push_back("limit " + std::to_string(tags.server_limit().value_or(-1)));
  return out;
}

TEST(PagesInFlightTest, MatchThePlainWalkOnAThousandServers) {
  std::size_t failed = 0, rows = 0;
  for (unsigned seed = 0; seed < 1000; ++seed) {
    const SeededServer server(seed);
    const auto walk = [&](int in_flight, std::size_t n) {
      const auto transport = std::make_shared<FakeTransport>(
          [&server](const Request& request) { return server.answer(request); });
      ClientOptions options = fake_options(transport);
      options.paging = {.page_size = 40, .max_in_flight = in_flight};
      return seen(BitbucketServer(options), n);
    };
    const std::size_t n = seed % 5 == 0 ? 1 + seed % 37 : 0;
    const auto plain = walk(1, n);
    for (const int in_flight : {2, 3, 8}) ASSERT_EQ(walk(in_flight, n), plain) << "seed " << seed;
    rows += plain.size();
    for (const std::string& line : plain)
      if (line.find("GET ") != std::string::npos) ++failed;
  }
  EXPECT_GT(rows, 30'000u) << "the servers must be worth walking";
  EXPECT_GT(failed, 300u) << "and some must fail";
}

TEST(PagesInFlightTest, AreRequestedOnceTheWalkContinues) {
  const auto transport = tag_server(1000, 10);
  const BitbucketServer client(fake_options(transport));
  Paged<Tag> tags = client.with({.paging = {.page_size = 10, .max_in_flight = 4}}).tags.list(demo);
  auto it = tags.begin();
  EXPECT_EQ(transport->started(), 5u) << "the first page and four behind it";
  for (int i = 0; i < 10; ++i) ++it;
  EXPECT_EQ(transport->started(), 6u) << "one page read, one more asked for";
}

TEST(PagesInFlightTest, AreAbandonedAtTheEnd) {
  const auto transport = tag_server(45, 10);
  const BitbucketServer client(fake_options(transport));
  Paged<Tag> tags = client.with({.paging = {.page_size = 10, .max_in_flight = 8}}).tags.list(demo);
  EXPECT_EQ(tags.to_vector().size(), 45u);
  EXPECT_EQ(transport->started() - transport->abandoned(), 5u) << "the range still lives";
}

TEST(PagesInFlightTest, GuessNothingForASinglePage) {
  const auto transport = tag_server(10, 100);
  const BitbucketServer client(fake_options(transport));
  EXPECT_EQ(client.with({.paging = {.max_in_flight = 8}}).tags.list(demo).to_vector().size(), 10u);
  EXPECT_EQ(transport->started(), 1u);
}

TEST(PagesInFlightTest, FollowAClampedLimit) {
  const auto transport = tag_server(1000, 100);
  const BitbucketServer client(fake_options(transport));
  Paged<Tag> tags =
      client.with({.paging = {.page_size = 1000, .max_in_flight = 4}}).tags.list(demo);
  EXPECT_EQ(names(tags.to_vector()), expected_names(0, 1000));
  EXPECT_EQ(tags.server_limit(), 100);
  EXPECT_EQ(query_value(transport->requests()[2].url, "start"), "200") << "the first guess";
  // Ten pages, and at most three beyond the end, which were in flight when the end was found.
  EXPECT_LE(transport->started(), 13u);
}

TEST(PagesInFlightTest, AskForNoRowThatIsNotWanted) {
  const auto transport = tag_server(1000, 100);
  const BitbucketServer client(fake_options(transport));
  const auto view = client.with({.paging = {.page_size = 100, .max_in_flight = 8}});
  EXPECT_EQ(names(view.tags.list(demo).to_vector(250)), expected_names(0, 250));
  EXPECT_EQ(transport->started(), 3u);
  EXPECT_EQ(query_value(transport->requests()[2].url, "limit"), "50");
}

TEST(PagesInFlightTest, FallBackToOneAtATimeAfterAWrongGuess) {
  // The cursor skips: every guess is wrong.
  const auto transport = std::make_shared<FakeTransport>([](const Request& request) {
    const std::int64_t start = std::stoll(query_value(request.url, "start"));
    return json_answer(tags_page(start, 1, 10, start < 300 ? start + 17 : -1));
  });
  const BitbucketServer client(fake_options(transport));
  const auto view = client.with({.paging = {.page_size = 10, .max_in_flight = 8}});
  EXPECT_EQ(view.tags.list(demo).to_vector().size(), 19u);
  EXPECT_LE(transport->started(), 19u + 7u) << "one window of wrong guesses and no more";
}

TEST(PagesInFlightTest, TheNextRequestLeavesBeforeThePageIsRead) {
  const auto transport = FakeTransport::in_turn(
      {json_answer(R"({"isLastPage":false,"values":[{}],"start":0,"nextPageStart":1})"),
       json_answer(R"({"isLastPage":false,"values":[{}],"start":1,"nextPageStart":2})"),
       json_answer(R"({"isLastPage":true,"values":[{}],"start":2})")});
  const BitbucketServer client(fake_options(transport));
  started = [&] { return transport->started(); };
  requests_at_reading.clear();
  client.call(watched_tags, demo).to_vector();
  started = nullptr;
  EXPECT_EQ(requests_at_reading, (std::vector<std::size_t>{2, 3, 3}));
}

TEST(PagesInFlightTest, TheNextRequestIsAuthorisedWhileTheAnswerIsOnItsWay) {
  std::string events;
  const auto transport = std::make_shared<FakeTransport>([&](const Request& request) {
    const int start = std::stoi(query_value(request.url, "start"));
    events += "answer " + std::to_string(start) + ", ";
    return json_answer(tags_page(start, 10, 10, start < 30 ? start + 10 : -1));
  });
  ClientOptions options = fake_options(transport);
  options.paging.page_size = 10;
  options.credentials = CredentialsProvider([&]() -> FixedCredentials {
    events += "sign, ";
    return BearerToken{"token"};
  });
  BitbucketServer(options).tags.list(demo).to_vector();
  EXPECT_EQ(events,
            "sign, answer 0, sign, "  // it is not known yet that there is a second page
            "sign, answer 10, "       // from then on one signature ahead
            "sign, answer 20, sign, answer 30, ");
}

TEST(PagesInFlightTest, AreRefusedOutsideTheirRange) {
  const BitbucketServer client(fake_options(tag_server(1, 1)));
  for (const int wrong : {-1, 0, 65})
    EXPECT_THROW((void)client.with({.paging = {.max_in_flight = wrong}}), InvalidArgument);
}

}  // namespace
}  // namespace bitbucket::test
