#include "engine/retry.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <random>

#include "http/date.hpp"

namespace bitbucket::inline v0_1::detail {

std::chrono::milliseconds bounded(std::chrono::milliseconds time) {
  return std::min<std::chrono::milliseconds>(time, http::longest_wait);
}

ConnectionOptions bounded(ConnectionOptions options) {
  RetryOptions& retry = options.retry;
  for (auto* time :
       {&options.timeout, &options.connect_timeout, &options.idle_timeout, &options.max_idle,
        &retry.first_delay, &retry.max_delay, &retry.max_retry_after})
    *time = bounded(*time);
  return options;
}

std::chrono::milliseconds random_part(const RetryOptions& options,
                                      std::chrono::milliseconds limit) {
  double part = 0;
  if (options.random) {
    part = options.random();
    part = part > 0 ? std::min(part, 1.0) : 0;  // NaN becomes 0 too
  } else {
    thread_local std::minstd_rand engine{std::random_device{}()};
    part = std::uniform_real_distribution<double>(0, 1)(engine);
  }
  return std::chrono::milliseconds(
      static_cast<std::int64_t>(static_cast<double>(limit.count()) * part));
}

std::chrono::milliseconds backoff(const RetryOptions& options, int failures) {
  auto limit = options.first_delay;
  for (int i = 1; i < failures && limit < options.max_delay; ++i) limit *= 2;
  return random_part(options, std::min(limit, options.max_delay));
}

std::chrono::milliseconds spread_after(const RetryOptions& options,
                                       std::chrono::milliseconds pause) {
  return std::min(std::max(pause / 2, options.first_delay), options.max_delay);
}

std::chrono::steady_clock::time_point now(const RetryOptions& options) {
  return options.clock ? options.clock() : std::chrono::steady_clock::now();
}

bool sleep_for(const RetryOptions& options, std::chrono::milliseconds time, std::stop_token stop) {
  if (options.sleeper) return options.sleeper(time, stop);
  std::mutex mutex;
  std::condition_variable_any woken;
  std::unique_lock lock(mutex);
  woken.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace bitbucket::inline v0_1::detail
