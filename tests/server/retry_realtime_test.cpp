// How soon a waiting call notices its stop token, and a storm of calls in real time.
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "server/fake_client.hpp"
#include "support/demo.hpp"
#include "support/loopback.hpp"
#include "support/sanitizers.hpp"

namespace bitbucket::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// Runs a call that waits, triggers its token after a moment, and expects it to end at once.
template <class Wait>
void expect_prompt_cancellation(const BitbucketServer& client, Wait&& wait) {
  std::stop_source stop;
  steady_clock::time_point stopped;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(150ms);
    stopped = steady_clock::now();
    stop.request_stop();
  });
  EXPECT_THROW(wait(client.with({.timeout = 20s, .stop = stop.get_token()})), Cancelled);
  const auto ended = steady_clock::now();
  stopper.join();
  EXPECT_GE(ended, stopped) << "it ended before it was told to";
#ifndef BITBUCKET_TEST_SANITIZED
  EXPECT_LT(ended - stopped, 50ms);
#endif
}

BitbucketServer fake_client(const FakeTransport::Script& script, std::chrono::milliseconds delay) {
  ClientOptions options{.base_url = "https://git.example.com"};
  options.connection.transport = std::make_shared<FakeTransport>(script);
  options.connection.retry = {.first_delay = delay, .random = [] { return 0.9; }};
  return BitbucketServer(options);
}

TEST(CancellationTest, EndsTheWaitForAnAnswer) {
  const test_support::Listener server;  // the kernel accepts connections, but no program answers
  const BitbucketServer client({.base_url = server.url()});
  expect_prompt_cancellation(client, [](const BitbucketServer& c) { c.repos.get(demo); });
}

TEST(CancellationTest, EndsTheWaitForAStream) {
  const test_support::Listener server;  // the kernel accepts connections, but no program answers
  const BitbucketServer client({.base_url = server.url()});
  expect_prompt_cancellation(client, [](const BitbucketServer& c) {
    c.files.raw(demo, "a", "", [](std::string_view) {});
  });
}

TEST(CancellationTest, EndsABackoff) {
  const auto client = fake_client([](const Request&) { return json_answer("{}", 503); }, 10000ms);
  expect_prompt_cancellation(client, [](const BitbucketServer& c) { c.repos.get(demo); });
}

Response slow_down(const Request&) {
  Response response = json_answer("{}", 429);
  response.headers.push_back({"Retry-After", "10"});
  return response;
}

TEST(CancellationTest, EndsThePauseAfterA429) {
  const auto client = fake_client(slow_down, 10ms);
  expect_prompt_cancellation(client, [](const BitbucketServer& c) { c.repos.get(demo); });
}

TEST(CancellationTest, EndsAPauseThatAnotherCallCaused) {
  const auto client = fake_client(slow_down, 10ms);
  EXPECT_THROW(client.with({.timeout = 1s}).repos.get(demo), ApiError);
  expect_prompt_cancellation(client, [](const BitbucketServer& c) { c.repos.get(demo); });
}

TEST(CancellationTest, EndsTheWaitForAPrefetchedPage) {
  // A fake sends the first page; the request for the second page goes to a silent server.
  struct FirstPageOnly final : Transport {
    std::shared_ptr<Transport> pages = tag_server(4, 2), silent;
    std::unique_ptr<Exchange> start(Request request) override {
      struct Silent final : Exchange {
        Response wait(Deadline deadline, std::stop_token stop) override {
          std::mutex mutex;
          std::condition_variable_any woken;
          std::unique_lock lock(mutex);
          woken.wait_until(lock, stop, deadline, [] { return false; });
          throw Cancelled();
        }
        void cancel() noexcept override {}
      };
      if (query_value(request.url, "start") == "0") return pages->start(std::move(request));
      return std::make_unique<Silent>();
    }
  };
  ClientOptions options{.base_url = "https://git.example.com"};
  options.connection.transport = std::make_shared<FirstPageOnly>();
  expect_prompt_cancellation(BitbucketServer(options),
                             [](const BitbucketServer& c) { c.tags.list(demo).to_vector(); });
}

TEST(RateLimitRealtimeTest, AStormIsServedAtTheRateOfTheServer) {
  // 16 threads with 4 calls each; 16 requests are answered in each half second.
  constexpr int threads = 16, calls = 4, per_window = 16;
  const auto began = steady_clock::now();
  std::mutex mutex;
  std::int64_t window = -1;
  int left = 0;
  const auto transport = std::make_shared<FakeTransport>([&](const Request&) {
    const std::scoped_lock lock(mutex);
    const std::int64_t current = (steady_clock::now() - began) / 500ms;
    if (current != window) left = per_window;
    window = current;
    return left-- > 0 ? repo_answer() : json_answer("{}", 429);
  });
  ClientOptions options{.base_url = "https://git.example.com"};
  options.connection.transport = transport;
  options.connection.retry.max_attempts = 10;
  const BitbucketServer client(options);
  std::atomic<int> served = 0;
  std::vector<std::jthread> workers;
  for (int i = 0; i < threads; ++i)
    workers.emplace_back([&] {
      for (int call = 0; call < calls; ++call) {
        client.repos.get(demo);
        ++served;
      }
    });
  workers.clear();
  EXPECT_EQ(served, threads * calls);
  EXPECT_LE(transport->started(), 3u * threads * calls);
  EXPECT_GE(steady_clock::now() - began, 1500ms) << "four windows are needed";
}

}  // namespace
}  // namespace bitbucket::test
