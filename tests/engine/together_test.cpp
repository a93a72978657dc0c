// Many calls at a time, driven by a few threads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "engine/processors.hpp"
#include "engine/timed_transport.hpp"
#include "server/fake_client.hpp"

namespace bitbucket::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr Get<RawJson, PathParam<"n">> number{"/rest/numbers/{n}"};
constexpr Pages<Tag, PathParam<"n">> tags{"/rest/numbers/{n}/tags"};
constexpr Delete<void, PathParam<"n">> remove_number{"/rest/numbers/{n}"};

auto get_number(int n) { return number(PathParam<"n">(std::to_string(n))); }
auto tags_of(int n) { return tags(PathParam<"n">(std::to_string(n))); }

/// Returns the number in the path of a request.
int number_of(const Request& request) {
  return std::stoi(request.url.substr(request.url.find("/numbers/") + 9));
}

/// Answers each request with the number in its path.
Response echo(const Request& request) { return json_answer(std::to_string(number_of(request))); }

std::vector<std::string> texts(const std::vector<RawJson>& answers) {
  std::vector<std::string> out;
  for (const RawJson& answer : answers) out.push_back(answer.text);
  return out;
}

/// The numbers below 100; counts how many were read.
struct CountedNumbers {
  struct Iterator {
    using value_type = int;
    using difference_type = std::ptrdiff_t;
    int number = 0;
    int* read = nullptr;
    int operator*() const { return ++*read, number; }
    Iterator& operator++() { return ++number, *this; }
    void operator++(int) { ++number; }
    bool operator==(const Iterator& other) const { return number == other.number; }
  };
  int* read;
  [[nodiscard]] Iterator begin() const { return {0, read}; }
  [[nodiscard]] Iterator end() const { return {100, read}; }
};

/// Returns what the server answers for the numbers below `end`.
std::vector<std::string> texts_below(int end) {
  std::vector<std::string> out;
  for (const int n : first_numbers(end)) out.push_back(std::to_string(n));
  return out;
}

/// A client on a transport's clock.
ClientOptions timed_options(const std::shared_ptr<TimedTransport>& transport) {
  ClientOptions options = fake_options(transport);
  transport->rule(options.connection.retry);
  options.connection.timeout = 1min;
  return options;
}

TEST(TogetherTest, AnswersComeInTheOrderOfTheItems) {
  const auto transport = std::make_shared<TimedTransport>([](const Request& request) {
    return TimedAnswer{echo(request), milliseconds(100 - number_of(request))};
  });
  const BitbucketServer client(timed_options(transport));
  EXPECT_EQ(texts(client.concurrently(first_numbers(100), get_number, {.max = 32})),
            texts_below(100));
}

TEST(TogetherTest, AsManyAreUnderWayAsAllowed) {
  const auto transport = std::make_shared<TimedTransport>(
      [](const Request& request) { return TimedAnswer{echo(request)}; });
  ClientOptions options = timed_options(transport);
  const BitbucketServer client(options);
  (void)client.concurrently(first_numbers(100), get_number, {.max = 1});
  EXPECT_EQ(transport->most_under_way(), 1);
  (void)client.concurrently(first_numbers(100), get_number, {.max = 7});
  EXPECT_EQ(transport->most_under_way(), 7);
}

TEST(TogetherTest, AFunctionReceivesEachItemWithItsAnswer) {
  const BitbucketServer client(fake_options(std::make_shared<FakeTransport>(echo)));
  std::set<int> seen;
  client.concurrently(first_numbers(100), get_number,
                      [&](int n, const RawJson& answer) {
                        EXPECT_EQ(answer.text, std::to_string(n));
                        seen.insert(n);
                      },
                      {.max = 8});
  EXPECT_THAT(seen, SizeIs(100));
}

TEST(TogetherTest, CallsWithoutAnAnswerReturnNothing) {
  const auto transport = FakeTransport::in_turn({json_answer("", 204)});
  const BitbucketServer client(fake_options(transport));
  const auto call = [](int n) { return remove_number(PathParam<"n">(std::to_string(n))); };
  client.concurrently(first_numbers(5), call);
  int removed = 0;
  client.concurrently(first_numbers(5), call, [&](int) { ++removed; });
  EXPECT_EQ(removed, 5);
  EXPECT_EQ(transport->started(), 10u);
}

TEST(TogetherTest, PagesAreWalkedToTheirEnd) {
  const BitbucketServer client(fake_options(tag_server(23, 5)));
  const auto all = client.concurrently(first_numbers(3), tags_of);
  ASSERT_THAT(all, SizeIs(3));
  for (const auto& each : all) EXPECT_EQ(names(each), expected_names(0, 23));
}

TEST(TogetherTest, FirstAsksForNoPageThatItDoesNotNeed) {
  const auto transport = tag_server(23, 5);
  const BitbucketServer client(fake_options(transport));
  const auto some =
      client.concurrently(first_numbers(3), [](int n) { return tags_of(n).first(7); });
  for (const auto& each : some) EXPECT_EQ(names(each), expected_names(0, 7));
  EXPECT_EQ(transport->started(), 6u);
  EXPECT_EQ(query_value(transport->requests().front().url, "limit"), "7");
}

TEST(TogetherTest, AskingForNoRowsReturnsNoRows) {
  const auto transport = tag_server(23, 5);
  const BitbucketServer client(fake_options(transport));
  const auto none =
      client.concurrently(first_numbers(2), [](int n) { return tags_of(n).first(0); });
  EXPECT_THAT(none, ElementsAre(IsEmpty(), IsEmpty()));
  for (const Request& request : transport->requests())
    EXPECT_EQ(query_value(request.url, "limit"), "1");
}

TEST(TogetherTest, OneSlowAnswerDelaysNoOther) {
  const auto transport = std::make_shared<TimedTransport>([](const Request& request) {
    return TimedAnswer{echo(request), number_of(request) == 500 ? 2000ms : 20ms};
  });
  std::map<int, milliseconds> arrived;
  const BitbucketServer client(timed_options(transport));
  client.concurrently(first_numbers(1000), get_number,
                      [&](int n, const RawJson&) { arrived[n] = transport->elapsed(); },
                      {.max = 32});
  ASSERT_THAT(arrived, SizeIs(1000));
  EXPECT_GE(arrived[500], 2000ms);
  // The other calls share 31 places and take 20 ms each.
  arrived.erase(500);
  for (const auto& [n, when] : arrived) EXPECT_LE(when, 700ms) << n;
}

TEST(TogetherTest, APausedAccountDelaysNoOther) {
  // One call in 40 belongs to another account, which the server pauses for 10 s.
  int asked = 0;
  bool limited = false;
  const auto transport = std::make_shared<TimedTransport>([&](const Request& request) {
    if (!limited && find_header(request.headers, "Authorization") == "Bearer paused") {
      limited = true;
      Response answer = json_answer("{}", 429);
      answer.headers.push_back({"Retry-After", "10"});
      return TimedAnswer{answer};
    }
    return TimedAnswer{echo(request)};
  });
  ClientOptions options = timed_options(transport);
  options.credentials = [&]() -> FixedCredentials {
    return BearerToken{asked++ % 40 == 7 ? "paused" : "free"};
  };
  std::vector<milliseconds> arrived;
  const BitbucketServer client(options);
  client.concurrently(first_numbers(1000), get_number,
                      [&](int, const RawJson&) { arrived.push_back(transport->elapsed()); },
                      {.max = 64});
  ASSERT_THAT(arrived, SizeIs(1000));
  EXPECT_GE(std::ranges::count_if(arrived, [](milliseconds when) { return when < 2000ms; }), 970);
  EXPECT_GE(arrived.back(), 10s);
}

TEST(TogetherTest, SleepsOnlyWhenNothingIsUnderWay) {
  int refused = 0;
  const auto transport = std::make_shared<TimedTransport>([&](const Request& request) {
    if (number_of(request) % 10 == 0 && refused < 30) {
      ++refused;
      return TimedAnswer{json_answer("{}", 503)};
    }
    return TimedAnswer{echo(request)};
  });
  const BitbucketServer client(timed_options(transport));
  EXPECT_EQ(texts(client.concurrently(first_numbers(100), get_number, {.max = 16})),
            texts_below(100));
  EXPECT_EQ(refused, 30);
  EXPECT_THAT(transport->sleeps(), Not(IsEmpty()));
  for (const auto& sleep : transport->sleeps()) EXPECT_EQ(sleep.under_way, 0);
}

TEST(TogetherTest, ACallThatTakesTooLongEndsAlone) {
  const auto transport = std::make_shared<TimedTransport>([](const Request& request) {
    return TimedAnswer{echo(request), number_of(request) == 3 ? 20min : 20ms};
  });
  const BitbucketServer client(timed_options(transport));
  int arrived = 0;
  EXPECT_THROW(
      client.concurrently(first_numbers(10), get_number, [&](int, const RawJson&) { ++arrived; }),
      TransportError);
  EXPECT_EQ(arrived, 9);
  EXPECT_GE(transport->elapsed(), 59s);
  EXPECT_LT(transport->elapsed(), 5min);
}

TEST(TogetherTest, TheFirstErrorStopsTheOthers) {
  int started = 0;
  const auto transport = std::make_shared<TimedTransport>([&](const Request& request) {
    ++started;
    return TimedAnswer{number_of(request) == 20 ? json_answer("{}", 404) : echo(request)};
  });
  const BitbucketServer client(timed_options(transport));
  try {
    (void)client.concurrently(first_numbers(1000), get_number, {.max = 4});
    FAIL();
  } catch (const ApiError& error) {
    EXPECT_EQ(error.status(), 404);
  }
  EXPECT_LE(started, 30);
}

TEST(TogetherTest, ThrowsWhatAnItemThrows) {
  const BitbucketServer client(fake_options(std::make_shared<FakeTransport>(echo)));
  EXPECT_THROW((void)client.concurrently(first_numbers(10),
                                         [](int n) {
                                           if (n == 5) throw std::runtime_error("five");
                                           return get_number(n);
                                         }),
               std::runtime_error);
}

TEST(TogetherTest, ThrowsWhatTheFunctionThrows) {
  const BitbucketServer client(fake_options(std::make_shared<FakeTransport>(echo)));
  const auto refuse = [](int, const RawJson&) { throw std::runtime_error("no"); };
  EXPECT_THROW(client.concurrently(first_numbers(10), get_number, refuse), std::runtime_error);
}

TEST(TogetherTest, TheCallersTokenCancelsEverything) {
  std::stop_source source;
  int started = 0;
  const auto transport = std::make_shared<TimedTransport>([&](const Request& request) {
    ++started;
    if (number_of(request) == 5) source.request_stop();
    return TimedAnswer{echo(request)};
  });
  const BitbucketServer client(timed_options(transport));
  EXPECT_THROW((void)client.with({.stop = source.get_token()})
                   .concurrently(first_numbers(1000), get_number, {.max = 2}),
               Cancelled);
  EXPECT_EQ(started, 6);  // those of the numbers from 0 to 5
}

TEST(TogetherTest, ItemsAreTakenOnlyWhenThereIsRoom) {
  int taken = 0, arrived = 0, most_ahead = 0;
  const auto transport = std::make_shared<TimedTransport>(
      [](const Request& request) { return TimedAnswer{echo(request)}; });
  const BitbucketServer client(timed_options(transport));
  client.concurrently(
      CountedNumbers{&taken}, get_number,
      [&](int, const RawJson&) { most_ahead = std::max(most_ahead, taken - ++arrived); },
      {.max = 4});
  EXPECT_EQ(taken, 100);
  EXPECT_LE(most_ahead, 5);
}

TEST(TogetherTest, NoItemsNeedNoRequest) {
  const auto transport = std::make_shared<FakeTransport>(echo);
  const BitbucketServer client(fake_options(transport));
  EXPECT_THAT(client.concurrently(std::vector<int>{}, get_number), IsEmpty());
  EXPECT_EQ(transport->started(), 0u);
  EXPECT_THROW((void)client.concurrently(std::vector<int>{1}, get_number, {.max = 0}),
               InvalidArgument);
}

TEST(TogetherTest, ABlockingTransportIsUsedByAsManyThreadsAsAllowed) {
  class Slow final : public BlockingTransport {
   public:
    int most = 0;

   private:
    Response send(const Request& request) override {
      std::unique_lock lock(mutex_);
      most = std::max(most, ++under_way_);
      changed_.notify_all();
      changed_.wait_until(lock, give_up_, [&] { return most >= 4; });  // until four are here
      --under_way_;
      return echo(request);
    }
    const Deadline give_up_ = std::chrono::steady_clock::now() + 20s;
    std::mutex mutex_;
    std::condition_variable changed_;
    int under_way_ = 0;
  };
  const auto transport = std::make_shared<Slow>();
  const BitbucketServer client(fake_options(transport));
  EXPECT_EQ(texts(client.concurrently(first_numbers(8), get_number, {.max = 4})), texts_below(8));
  EXPECT_EQ(transport->most, 4);
}

TEST(TogetherTest, UsesNoMoreThreadsThanProcessorsAreAllowed) {
  std::mutex mutex;
  std::set<std::thread::id> threads;
  const BitbucketServer client(timed_options(std::make_shared<TimedTransport>(
      [](const Request& request) { return TimedAnswer{echo(request)}; })));
  EXPECT_EQ(detail::processors(), 1u);
  client.concurrently(first_numbers(3), get_number,
                      [&](int, const RawJson&) {
                        const std::scoped_lock lock(mutex);
                        threads.insert(std::this_thread::get_id());
                      },
                      {.max = 2});
  EXPECT_EQ(threads.size(), 1u);  // the transport allows one processor
}

TEST(TogetherTest, RowsWithArgumentsCanBeKeptAndSentLater) {
  const auto transport = tag_server(23, 5);
  const BitbucketServer client(fake_options(transport));
  const auto call = tags_of(1);
  EXPECT_EQ(transport->started(), 0u);
  EXPECT_EQ(names(client.call(call).to_vector()), expected_names(0, 23));
  EXPECT_EQ(names(client.call(call.first(2))), expected_names(0, 2));
}

}  // namespace
}  // namespace bitbucket::test
