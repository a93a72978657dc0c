#include <algorithm>
#include <exception>
#include <stop_token>
#include <system_error>
#include <thread>
#include <vector>

#include <bitbucket/detail/concurrently.hpp>

#include "engine/first_error.hpp"
#include "engine/supply.hpp"

namespace bitbucket::inline v0_1::detail {

void run_on_threads(const std::function<Job()>& next, std::stop_source& stop,
                    const std::stop_token& stopped, std::size_t max) {
  Supply<Job> jobs(next, stopped, max);
  FirstError error;
  const auto work = [&] {
    try {
      while (Job job = jobs.take()) job();
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
          job();
        } catch (...) {
          error.keep(stop);
        }
        work();
      });
      return true;
    } catch (const std::system_error&) {  // no more threads: the existing ones do the work
    }
    job();
    return false;
  };
  try {
    while (threads.size() + 1 < max) {
      const Job job = jobs.take();
      if (!job || !start(job)) break;
    }
  } catch (...) {
    error.keep(stop);
  }
  work();
  threads.clear();  // joins
  error.rethrow();
  if (!jobs.exhausted()) throw Cancelled();  // by the caller's token
}

}  // namespace bitbucket::inline v0_1::detail
