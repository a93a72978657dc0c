#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <stop_token>
#include <thread>

#include <bitbucket/error.hpp>

#include "support/sanitizers.hpp"

namespace bitbucket::test {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Measures during its lifetime how late the machine itself is, which means how long runnable
/// threads wait for a processor.
class Lateness {
 public:
  /// Ends the measurement on the thread that began it.  Returns how long this thread waited in
  /// total, plus the longest wait of a thread that only sleeps.
  milliseconds total() {
    watch_.request_stop();
    watch_.join();
    return std::chrono::ceil<milliseconds>(worst_ + kept_waiting() - before_);
  }

 private:
  static std::chrono::nanoseconds kept_waiting() {
    std::int64_t ran = 0, waited = 0;
    std::ifstream("/proc/thread-self/schedstat") >> ran >> waited;
    return std::chrono::nanoseconds(waited);
  }

  std::chrono::nanoseconds before_ = kept_waiting();
  steady_clock::duration worst_{0};
  std::jthread watch_{[this](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const auto due = steady_clock::now() + milliseconds(1);
      std::this_thread::sleep_until(due);
      worst_ = std::max(worst_, steady_clock::now() - due);
    }
  }};
};

/// Expects something that ended `late` to be at most `allowed` late, not counting how late the
/// machine itself was.
inline void expect_punctual(steady_clock::duration late, milliseconds allowed, Lateness& machine) {
  const milliseconds excused = machine.total();
#ifndef BITBUCKET_TEST_SANITIZED
  EXPECT_LE(late / milliseconds(1), (allowed + excused) / milliseconds(1))
      << "ms; the machine itself was late by " << excused.count();
#else
  (void)late, (void)allowed, (void)excused;
#endif
}

/// Runs `work` and expects it to end when `limit` has passed, not before and at most 100 ms after.
template <class Work>
void expect_to_take(milliseconds limit, Work&& work) {
  Lateness machine;
  const auto began = steady_clock::now();
  work();
  const auto took = steady_clock::now() - began;
  EXPECT_GE(took, limit - milliseconds(2)) << "too early";
  expect_punctual(took - limit, milliseconds(100), machine);
}

/// Like expect_to_take, for work that may end sooner.
template <class Work>
void expect_to_take_at_most(milliseconds limit, Work&& work) {
  Lateness machine;
  const auto began = steady_clock::now();
  work();
  expect_punctual(steady_clock::now() - began - limit, milliseconds(100), machine);
}

/// Expects a time-out after this time; returns whether the request may have been sent.
template <class Work>
bool expect_time_out(milliseconds after, Work&& work) {
  bool sent = false;
  expect_to_take(after, [&] {
    try {
      work();
      ADD_FAILURE() << "no error was thrown";
    } catch (const TransportError& error) {
      EXPECT_EQ(error.kind(), TransportError::Kind::timeout) << error.what();
      sent = error.may_have_acted();
    }
  });
  return sent;
}

}  // namespace bitbucket::test
