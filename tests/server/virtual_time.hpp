#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <random>
#include <set>
#include <utility>

#include <bitbucket/connection.hpp>

namespace bitbucket::test {

/// A deterministic time for real threads: it stands still until all of its threads sleep, jumps to
/// the earliest end of a sleep, and wakes only that thread.
class VirtualTime {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::steady_clock::duration;

  explicit VirtualTime(int threads) : awake_(threads) {}

  [[nodiscard]] time_point now() const {
    const std::scoped_lock lock(mutex_);
    return now_;
  }
  [[nodiscard]] duration elapsed() const { return now() - begin; }

  void sleep(duration time) {
    std::unique_lock lock(mutex_);
    const auto place = std::pair(now_ + time, next_++);
    sleepers_.insert(place);
    --awake_;
    wake_next();
    woken_.wait(lock, [&] { return !sleepers_.contains(place); });
  }
  /// Removes the calling thread from this time.
  void leave() {
    const std::scoped_lock lock(mutex_);
    --awake_;
    wake_next();
  }

  /// Makes a client use this time, with random numbers that are always the same.
  void rule(RetryOptions& retry) {
    retry.clock = [this] { return now(); };
    retry.sleeper = [this](std::chrono::milliseconds time, std::stop_token stop) {
      sleep(time);
      return !stop.stop_requested();
    };
    retry.random = [this] {
      const std::scoped_lock lock(mutex_);
      return std::uniform_real_distribution<double>(0, 1)(engine_);
    };
  }

  static constexpr time_point begin{std::chrono::hours(1)};

 private:
  void wake_next() {
    if (awake_ > 0 || sleepers_.empty()) return;
    now_ = std::max(now_, sleepers_.begin()->first);
    sleepers_.erase(sleepers_.begin());
    ++awake_;
    woken_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable woken_;
  std::set<std::pair<time_point, std::uint64_t>> sleepers_;
  std::uint64_t next_ = 0;
  int awake_;
  time_point now_ = begin;
  std::mt19937 engine_{42};
};

}  // namespace bitbucket::test
