#include <algorithm>
#include <exception>
#include <mutex>
#include <stop_token>
#include <system_error>
#include <thread>
#include <vector>

#include <bitbucket/server.hpp>

namespace bitbucket::inline v0_1 {
namespace {

/// Keeps the first error in time that is not the cancellation of another item's failure.
class FirstError {
 public:
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
    stop.request_stop();  // runs callbacks of others, so without the lock
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::mutex mutex_;
  std::exception_ptr error_;
  bool error_is_cancellation_ = false;
};

}  // namespace

void BitbucketServer::run(const std::function<Job()>& next,
                          const ConcurrencyOptions& options) const {
  if (options.max == 0) throw InvalidArgument("concurrently needs a max of at least 1");
  std::stop_source stop;
  const BitbucketServer client = with({.stop = stop.get_token()});
  FirstError error;
  std::mutex mutex;
  bool exhausted = false;

  const auto take = [&]() -> Job {
    const std::scoped_lock lock(mutex);
    if (exhausted || client.stopped()) return {};
    exhausted = true;  // items that throw are not asked again
    Job job = next();
    exhausted = !job;
    return job;
  };
  const auto work = [&] {
    try {
      while (Job job = take()) job(client);
    } catch (...) {
      error.keep(stop);
    }
  };

  // Threads are started one by one, as long as there is work for them; this one works as well.
  std::vector<std::jthread> threads;
  const auto start = [&](const Job& job) {
    try {
      threads.emplace_back([&, job] {
        try {
          job(client);
        } catch (...) {
          error.keep(stop);
        }
        work();
      });
      return true;
    } catch (const std::system_error&) {  // no more threads: those that are there do the work
    }
    job(client);
    return false;
  };
  try {
    while (threads.size() + 1 < options.max) {
      const Job job = take();
      if (!job || !start(job)) break;
    }
  } catch (...) {
    error.keep(stop);
  }
  work();
  threads.clear();  // joins
  error.rethrow();
  if (!exhausted) throw Cancelled();  // by the caller's token
}

}  // namespace bitbucket::inline v0_1
