#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <stop_token>
#include <utility>

#include <bitbucket/error.hpp>

namespace bitbucket::inline v0_1::detail {

/// What concurrently() has to do, handed out to its threads one by one.  `T` is false when there is
/// nothing left.  Thread-safe.
template <class T>
class Supply {
 public:
  /// Throws InvalidArgument when `max`, the number of calls at the same time, is 0.
  Supply(const std::function<T()>& next, std::stop_token stop, std::size_t max)
      : next_(next), stop_(std::move(stop)) {
    if (max == 0) throw InvalidArgument("the max of concurrently must be at least 1");
  }

  /// Returns nothing when everything was handed out or the work is stopped.
  T take() {
    const std::scoped_lock lock(mutex_);
    return take_locked();
  }
  /// Returns nothing also when another thread is waiting for what comes next.
  T try_take() {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    return lock ? take_locked() : T();
  }
  /// Returns true once everything was handed out.
  [[nodiscard]] bool exhausted() const noexcept { return exhausted_; }

 private:
  T take_locked() {
    if (exhausted_ || stop_.stop_requested()) return {};
    exhausted_ = true;  // an iterator that threw is not asked again
    T next = next_();
    exhausted_ = !next;
    return next;
  }

  const std::function<T()>& next_;
  const std::stop_token stop_;
  std::mutex mutex_;
  bool exhausted_ = false;
};

}  // namespace bitbucket::inline v0_1::detail
