#pragma once

#include <exception>
#include <mutex>
#include <stop_token>

#include <bitbucket/error.hpp>

namespace bitbucket::inline v0_1::detail {

/// Keeps the error that occurs first, ignoring the cancellations that it causes.
/// Thread-safe.
class FirstError {
 public:
  /// Keeps the exception being handled and stops the other work.
  void keep(std::stop_source& stop) noexcept {
    bool cancelled = false;
    try {
      throw;
    } catch (const Cancelled&) {
      cancelled = true;
    } catch (...) {
    }
    {
      const std::scoped_lock lock(mutex_);
      if (!error_ || (error_is_cancellation_ && !cancelled)) {
        error_ = std::current_exception();
        error_is_cancellation_ = cancelled;
      }
    }
    stop.request_stop();  // not under the lock: runs callbacks of others
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::mutex mutex_;
  std::exception_ptr error_;
  bool error_is_cancellation_ = false;
};

}  // namespace bitbucket::inline v0_1::detail
