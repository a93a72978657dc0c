#include "engine/retry.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

namespace bitbucket::test {
namespace {

using namespace std::chrono_literals;

TEST(BackoffTest, GrowsAndIsCapped) {
  RetryOptions options{.first_delay = 100ms, .max_delay = 1s};
  options.random = [] { return 1.0; };
  EXPECT_EQ(detail::backoff(options, 1), 100ms);
  EXPECT_EQ(detail::backoff(options, 3), 400ms);
  EXPECT_EQ(detail::backoff(options, 4), 800ms);
  EXPECT_EQ(detail::backoff(options, 5), 1s);
  EXPECT_EQ(detail::backoff(options, std::numeric_limits<int>::max()), 1s);
  options.random = [] { return 0.0; };
  EXPECT_EQ(detail::backoff(options, 5), 0ms);
}

TEST(BackoffTest, SurvivesARandomNumberOutsideItsRange) {
  RetryOptions options{.first_delay = 100ms};
  for (const double wrong : {-1.0, 2.0, std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    options.random = [=] { return wrong; };
    EXPECT_GE(detail::backoff(options, 1), 0ms);
    EXPECT_LE(detail::backoff(options, 1), 100ms);
  }
}

TEST(BackoffTest, HasFullJitter) {
  std::mt19937 engine(7);
  RetryOptions options{.first_delay = 1000ms, .max_delay = 20s};
  options.random = [&] { return std::uniform_real_distribution<double>(0, 1)(engine); };
  std::array<int, 10> tenths{};
  for (int i = 0; i < 10000; ++i)
    ++tenths.at(static_cast<std::size_t>(detail::backoff(options, 3).count() / 400));
  for (const int count : tenths)
    EXPECT_NEAR(count, 1000, 130) << "each tenth of 4 s is equally likely";
}

TEST(BackoffTest, IsRandomWithoutAnInjectedSourceToo) {
  const RetryOptions options{.first_delay = 1000ms};
  auto least = 1000ms, most = 0ms;
  for (int i = 0; i < 1000; ++i) {
    least = std::min(least, detail::backoff(options, 1));
    most = std::max(most, detail::backoff(options, 1));
  }
  EXPECT_LT(least, 100ms);  // fails once in 10^45 runs
  EXPECT_GT(most, 900ms);
}

TEST(BackoffTest, TheSpreadAfterAPauseIsProportionalAndBounded) {
  const RetryOptions options{.first_delay = 200ms, .max_delay = 5s};
  EXPECT_EQ(detail::spread_after(options, 0ms), 200ms);
  EXPECT_EQ(detail::spread_after(options, 4s), 2s);
  EXPECT_EQ(detail::spread_after(options, 60s), 5s);
}

}  // namespace
}  // namespace bitbucket::test
