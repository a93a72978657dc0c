// A 429 applies to all calls with the same credentials, and to no others.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "server/scripted_server.hpp"
#include "server/virtual_time.hpp"
#include "support/demo.hpp"

namespace bitbucket::test {
namespace {

using namespace std::chrono_literals;

/// An answer that is both a repository and a page of tags.
std::string anything() { return R"({"slug":"demo",)" + tags_page(0, 0, 25, -1).substr(1); }

/// A server whose first answer is a 429 with 7 s, to a call that does not wait.
struct Limited : Scripted {
  Limited() : Scripted({answer(429, "{}", {{"Retry-After", "7"}}), answer(200, anything())}) {
    options.connection.retry.max_attempts = 1;
  }
  /// Returns whether the last call had to wait.
  bool waited() {
    const bool any = !waits.empty();
    waits.clear();
    return any;
  }
};

TEST(RateLimitTest, PausesViewsAndRanges) {
  Limited server;
  const BitbucketServer client(server.options);
  const auto range = client.tags.list(demo);  // made before the pause
  EXPECT_THROW(client.with({.timeout = 20s}).repos.get(demo), ApiError);
  const auto end = server.time + 7s;
  client.with({.timeout = 25s}).repos.get(demo);
  EXPECT_TRUE(server.waited());
  EXPECT_GE(server.time, end);
  client.repos.get(demo);
  EXPECT_FALSE(server.waited()) << "it is over";
}

TEST(RateLimitTest, PausesARangeThatExistedBefore) {
  Limited server;
  const BitbucketServer client(server.options);
  auto range = client.tags.list(demo);
  EXPECT_THROW(client.repos.get(demo), ApiError);
  EXPECT_TRUE(range.to_vector().empty());
  EXPECT_TRUE(server.waited());
}

TEST(RateLimitTest, PausesWhatRunsConcurrently) {
  Limited server;
  const BitbucketServer client(server.options);
  EXPECT_THROW(client.repos.get(demo), ApiError);
  const auto end = server.time + 7s;
  client.concurrently(std::vector<int>{1},
                      [&](const BitbucketServer& c, int) { c.repos.get(demo); });
  EXPECT_GE(server.time, end);
}

TEST(RateLimitTest, PausesEqualCredentialsGivenAgain) {
  Limited server;
  const BitbucketServer client(server.options);
  EXPECT_THROW(client.with({.credentials = BearerToken{"hers"}}).repos.get(demo), ApiError);
  const auto end = server.time + 7s;
  server.time += 4s;
  client.with({.credentials = BearerToken{"hers"}}).repos.get(demo);
  EXPECT_TRUE(server.waited());
  EXPECT_GE(server.time, end);
  server.time = end - 1s;
  client
      .with({.credentials =
                 CredentialsProvider([]() -> FixedCredentials { return BearerToken{"hers"}; })})
      .repos.get(demo);
  EXPECT_TRUE(server.waited()) << "from a provider";
}

TEST(RateLimitTest, DoesNotPauseOtherCredentials) {
  Limited server;
  const BitbucketServer client(server.options);
  EXPECT_THROW(client.with({.credentials = BearerToken{"hers"}}).repos.get(demo), ApiError);
  client.repos.get(demo);
  client.with({.credentials = BearerToken{"his"}}).repos.get(demo);
  client.with({.credentials = BasicCredentials{"ann", "hers"}}).repos.get(demo);
  const BitbucketServer another(server.options);
  another.with({.credentials = BearerToken{"hers"}}).repos.get(demo);
  EXPECT_FALSE(server.waited());
}

TEST(RateLimitTest, ACallThatWasToldToWaitDoesSoEvenIfItsCredentialsChange) {
  Scripted server({answer(429, "{}", {{"Retry-After", "7"}}), answer(200)});
  int asked = 0;
  server.options.credentials = CredentialsProvider(
      [&]() -> FixedCredentials { return BearerToken{"token-" + std::to_string(++asked)}; });
  const BitbucketServer client(server.options);
  client.repos.get(demo);
  ASSERT_EQ(server.waits.size(), 1u);
  EXPECT_GE(server.waits[0], 7s);
  EXPECT_EQ(asked, 2);
}

TEST(RateLimitTest, APauseThatGrowsDuringASleepIsWaitedOut) {
  Scripted server({answer(200)});
  const BitbucketServer* other = nullptr;
  bool extended = false;
  const auto sleeper = server.options.connection.retry.sleeper;
  server.options.connection.retry.max_attempts = 1;
  server.options.connection.retry.sleeper = [&](std::chrono::milliseconds wait,
                                                std::stop_token stop) {
    const bool first = !std::exchange(extended, true);
    const bool slept = sleeper(wait - 1ms, stop);
    if (first) {
      EXPECT_THROW(other->with({.timeout = 1h}).repos.get(demo), ApiError);
    }
    server.time += 1ms;
    return slept;
  };
  // One call sleeps until the pause ends; a moment earlier, another call gets the next 429.
  server.steps = {answer(429, "{}", {{"Retry-After", "5"}}),
                  answer(429, "{}", {{"Retry-After", "9"}}), answer(200)};
  const BitbucketServer client(server.options);
  other = &client;
  EXPECT_THROW(client.repos.get(demo), ApiError);
  const auto began = server.time;
  client.repos.get(demo);
  EXPECT_GE(server.time - began, 14s);
  EXPECT_EQ(server.transport->started(), 3u);
}

/// Answers `per_second` requests in each second, and tells the others to wait until the next
/// second.
class Bucket {
 public:
  explicit Bucket(int per_second) : per_second_(per_second) {}
  Response take(std::chrono::steady_clock::duration time) {
    const std::scoped_lock lock(mutex_);
    const auto second = time / 1s;
    if (second != second_) left_ = per_second_;
    second_ = second;
    if (left_-- > 0) return json_answer(R"({"slug":"demo"})");
    Response refusal = json_answer("{}", 429);
    refusal.headers.push_back({"Retry-After", "1"});
    return refusal;
  }

 private:
  std::mutex mutex_;
  int per_second_, left_ = 0;
  std::int64_t second_ = -1;
};

struct StormResult {
  int served = 0;
  std::size_t requests = 0;
  std::chrono::steady_clock::duration time{};
};

/// Real threads in virtual time; each answer takes 20 ms.
StormResult storm(int threads, int calls, int per_second, const RetryOptions& retry) {
  VirtualTime time(threads);
  Bucket bucket(per_second);
  const auto transport = std::make_shared<FakeTransport>([&](const Request&) {
    time.sleep(10ms);
    Response response = bucket.take(time.elapsed());
    time.sleep(10ms);
    return response;
  });
  ClientOptions options{.base_url = "https://git.example.com", .credentials = BearerToken{"bot"}};
  options.connection.transport = transport;
  options.connection.timeout = 10min;
  options.connection.retry = retry;
  time.rule(options.connection.retry);
  const BitbucketServer client(options);
  std::atomic<int> served = 0;
  std::vector<std::jthread> workers;
  for (int i = 0; i < threads; ++i)
    workers.emplace_back([&, i] {
      time.sleep(std::chrono::microseconds(i));  // fixes the order of the threads
      for (int call = 0; call < calls; ++call) try {
          client.repos.get(demo);
          ++served;
        } catch (const Error& error) {
          ADD_FAILURE() << error.what();
        }
      time.leave();
    });
  workers.clear();
  return {served, transport->started(), time.elapsed()};
}

TEST(RateLimitTest, AStormLosesNoCallAndDoesNotFeedItself) {
  constexpr int threads = 32, calls = 10, per_second = 20;
  const StormResult result = storm(threads, calls, per_second, {});  // the defaults
  EXPECT_EQ(result.served, threads * calls);
  // The first wave finds that there is a limit; afterwards most requests are served.
  EXPECT_LE(result.requests, threads * calls * 3u / 2);
  EXPECT_GE(result.time, 15s) << "320 calls at 20 a second";
  EXPECT_LE(result.time, 25s);
}

}  // namespace
}  // namespace bitbucket::test
