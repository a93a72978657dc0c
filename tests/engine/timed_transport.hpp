#pragma once

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include <bitbucket/connection.hpp>
#include <bitbucket/error.hpp>
#include <bitbucket/testing/fake_transport.hpp>

namespace bitbucket::test {

using std::chrono::milliseconds;

/// Lets this thread run on one processor only, so that one thread drives all calls.
class OneProcessor {
 public:
  OneProcessor() {
    sched_getaffinity(0, sizeof before_, &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    for (std::size_t i = 0; i < CPU_SETSIZE; ++i) {
      if (!CPU_ISSET(i, &before_)) continue;
      CPU_SET(i, &one);
      break;
    }
    sched_setaffinity(0, sizeof one, &one);
  }
  OneProcessor(const OneProcessor&) = delete;
  OneProcessor& operator=(const OneProcessor&) = delete;
  ~OneProcessor() { sched_setaffinity(0, sizeof before_, &before_); }

 private:
  cpu_set_t before_{};
};

/// An answer and the time that it takes.
struct TimedAnswer {
  Response response;
  milliseconds takes{20};
};

/// A transport for one thread that can wait for many exchanges, on a clock that moves only while
/// the thread waits.
class TimedTransport final : public Transport {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Script = std::function<TimedAnswer(const Request&)>;

  explicit TimedTransport(Script script) : script_(std::move(script)) {}

  /// Makes a client use this transport's clock.
  void rule(RetryOptions& retry) {
    retry.clock = [this] { return now_; };
    retry.sleeper = [this](milliseconds time, std::stop_token stop) {
      sleeps_.push_back({time, under_way_});
      now_ += time;
      return !stop.stop_requested();
    };
  }

  std::unique_ptr<Exchange> start(Request request) override {
    TimedAnswer answer = script_(request);
    most_under_way_ = std::max(most_under_way_, ++under_way_);
    return std::make_unique<TimedExchange>(*this, now_ + answer.takes, std::move(answer.response));
  }
  [[nodiscard]] bool waits_for_many() const noexcept override { return true; }
  std::vector<Exchange*> wait_any(std::span<Exchange* const> exchanges, Deadline deadline,
                                  std::stop_token stop) override {
    if (stop.stop_requested()) throw Cancelled(true);
    const auto due = [](Exchange* each) { return static_cast<TimedExchange*>(each)->due; };
    Exchange* const first = *std::min_element(exchanges.begin(), exchanges.end(),
                                              [&](auto* a, auto* b) { return due(a) < due(b); });
    if (due(first) > deadline) {
      now_ = std::max(now_, deadline);
      return {};
    }
    now_ = std::max(now_, due(first));
    std::vector<Exchange*> ready;
    std::copy_if(exchanges.begin(), exchanges.end(), std::back_inserter(ready),
                 [&](Exchange* each) { return due(each) <= now_; });
    return ready;
  }

  struct Sleep {
    milliseconds time;
    int under_way;  // transfers meanwhile
  };
  [[nodiscard]] const std::vector<Sleep>& sleeps() const noexcept { return sleeps_; }
  [[nodiscard]] int most_under_way() const noexcept { return most_under_way_; }
  [[nodiscard]] milliseconds elapsed() const {
    return std::chrono::duration_cast<milliseconds>(now_ - begin);
  }

  static constexpr Time begin{std::chrono::hours(1)};

 private:
  struct TimedExchange final : Exchange {
    TimedExchange(TimedTransport& of, Time arrives, Response answer)
        : transport(of), due(arrives), response(std::move(answer)) {}
    ~TimedExchange() override { --transport.under_way_; }
    Response wait(Deadline deadline, std::stop_token) override {
      if (due > deadline) throw TransportError(TransportError::Kind::timeout, "too late", true);
      transport.now_ = std::max(transport.now_, due);
      return std::move(response);
    }
    void cancel() noexcept override {}
    TimedTransport& transport;
    Time due;
    Response response;
  };

  Script script_;
  const OneProcessor one_processor_;
  Time now_ = begin;
  int under_way_ = 0, most_under_way_ = 0;
  std::vector<Sleep> sleeps_;
};

}  // namespace bitbucket::test
