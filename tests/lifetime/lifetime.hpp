#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <mutex>
#include <string>
#include <thread>

// No test of this room may leave a thread or a descriptor behind.
namespace bitbucket::test {

/// How many threads and open descriptors this process has.
struct Holdings {
  std::size_t threads = count("task"), descriptors = count("fd");
  [[nodiscard]] bool within(const Holdings& limit) const {
    return threads <= limit.threads && descriptors <= limit.descriptors;
  }

 private:
  static std::size_t count(const char* what) {
    const std::filesystem::directory_iterator all(std::filesystem::path("/proc/self") / what);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
};

/// Fails when the process has more of them after a test than before.  A joined thread, and the
/// thread on which libcurl looks up a name, may need a moment to disappear.
class LifetimeTest : public ::testing::Test {
 protected:
  LifetimeTest() {
    std::thread([] {}).join();  // starts a sanitizer's own thread, if it has one
    before_ = {};
  }
  void TearDown() override {
    using namespace std::chrono_literals;
    const auto give_up = std::chrono::steady_clock::now() + 10s;
    Holdings now;
    while (!now.within(before_) && std::chrono::steady_clock::now() < give_up) {
      std::this_thread::sleep_for(1ms);
      now = {};
    }
    EXPECT_LE(now.threads, before_.threads) << "threads are left behind";
    EXPECT_LE(now.descriptors, before_.descriptors) << "descriptors are left behind";
  }

 private:
  Holdings before_;
};

/// A gate at which threads of a server wait until a test opens it.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    ++held_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
  }
  /// Nobody has come yet.
  void shut() {
    const std::scoped_lock lock(mutex_);
    held_ = 0;
    open_ = false;
  }
  void open() {
    const std::scoped_lock lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  /// Waits until so many have come.
  void wait_for(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return held_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int held_ = 0;
  bool open_ = false;
};

}  // namespace bitbucket::test
