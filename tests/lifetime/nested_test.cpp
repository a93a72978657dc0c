// concurrently() within concurrently() within concurrently().
#include <gtest/gtest.h>

#include <stop_token>
#include <thread>
#include <vector>

#include <bitbucket/error.hpp>

#include "lifetime/page_server.hpp"
#include "lifetime/timing.hpp"

namespace bitbucket::test {
namespace {

using namespace std::chrono_literals;

const std::vector<int> items{0, 1, 2};

/// Runs `work(client, place)` 27 times, three levels deep; `place` is the number of the item.
template <class Work>
void three_deep(const BitbucketServer& client, std::size_t max, Work&& work) {
  const ConcurrencyOptions options{.max = max};
  client.concurrently(
      items,
      [&](const BitbucketServer& outer, int i) {
        outer.concurrently(
            items,
            [&](const BitbucketServer& middle, int j) {
              middle.concurrently(
                  items,
                  [&](const BitbucketServer& inner, int k) { work(inner, 9 * i + 3 * j + k); },
                  options);
            },
            options);
      },
      options);
}

class NestedTest : public LifetimeTest, public ::testing::WithParamInterface<std::size_t> {};

INSTANTIATE_TEST_SUITE_P(Max, NestedTest, ::testing::Values(1, 2, 4));

TEST_P(NestedTest, WalksThreeLevelsDeep) {
  PageServer server;
  const BitbucketServer client(server.options());
  std::vector<std::vector<std::string>> rows(27);
  three_deep(client, GetParam(), [&](const BitbucketServer& c, int place) {
    rows[static_cast<std::size_t>(place)] =
        names(c.with({.paging = in_flight(place % 2 ? 8 : 1)}).tags.list(demo).to_vector());
  });
  for (const auto& one : rows) EXPECT_EQ(one, all_names());
}

TEST_P(NestedTest, WalksWhileItWalks) {
  PageServer server;
  const BitbucketServer client(server.options());
  const BitbucketServer view = client.with({.paging = in_flight(4)});
  const ConcurrencyOptions options{.max = GetParam()};
  // The items of each level are pages that are still arriving.
  const auto sizes = view.concurrently(
      view.tags.list(demo),
      [&](const BitbucketServer& outer, const Tag& tag) {
        if (!tag.display_id.ends_with("00")) return std::size_t{0};
        return outer
            .concurrently(
                outer.tags.list(demo),
                [](const BitbucketServer& inner, const Tag& each) {
                  return each.display_id == "t5" ? inner.tags.list(demo).to_vector(25).size() : 0;
                },
                options)
            .size();
      },
      options);
  std::size_t sum = 0;
  for (const std::size_t size : sizes) sum += size;
  EXPECT_EQ(sizes.size(), static_cast<std::size_t>(all_rows));
  EXPECT_EQ(sum, 1u * all_rows) << "one of the rows t0 to t199 ends with 00";
}

TEST_P(NestedTest, AnErrorInTheInnermostLevelIsThrown) {
  PageServer server;
  const BitbucketServer client(server.options());
  for (const int failing : {0, 13, 26}) {
    try {
      three_deep(client, GetParam(), [&](const BitbucketServer& c, int place) {
        if (place == failing) throw std::runtime_error("item " + std::to_string(failing));
        c.with({.paging = in_flight(4)}).tags.list(demo).to_vector();
      });
      ADD_FAILURE() << "no error was thrown";
    } catch (const std::runtime_error& error) {
      EXPECT_EQ(error.what(), "item " + std::to_string(failing));
    }
  }
}

TEST_P(NestedTest, AStopFromOutsideEndsEveryLevelAtOnce) {
  for (const int level : {1, 2, 3}) {
    PageServer server(page_rows);  // the second page never arrives
    const BitbucketServer client(server.options());
    std::stop_source stop;
    const auto wait = [](const BitbucketServer& c) {
      c.with({.paging = in_flight(4)}).tags.list(demo).to_vector();
    };
    const ConcurrencyOptions options{.max = GetParam()};
    steady_clock::time_point stopped;
    Lateness machine;
    std::jthread stopper([&] {
      server.gate().wait_for(1);
      stopped = steady_clock::now();
      stop.request_stop();
    });
    const BitbucketServer view = client.with({.stop = stop.get_token()});
    const auto run = [&] {
      if (level == 3) return three_deep(view, GetParam(), [&](auto& c, int) { wait(c); });
      view.concurrently(
          items,
          [&](const BitbucketServer& outer, int) {
            if (level == 1) return wait(outer);
            outer.concurrently(
                items, [&](auto& inner, int) { wait(inner); }, options);
          },
          options);
    };
    EXPECT_THROW(run(), Cancelled) << level;
    const auto ended = steady_clock::now();
    stopper.join();
    expect_punctual(ended - stopped, 50ms, machine);
  }
}

}  // namespace
}  // namespace bitbucket::test
