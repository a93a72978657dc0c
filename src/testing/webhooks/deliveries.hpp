#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "testing/base/clock.hpp"
#include "testing/base/text.hpp"
#include "testing/rest/json.hpp"
#include "testing/state/catalog.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

/// What became of one request to a receiver.
struct DeliveryOutcome {
  Json request, response;  ///< `response` is null when none came
  std::string outcome;     ///< SUCCESS, FAILURE or ERROR
  std::string description;
};

/// Sends webhook requests, in order, on a thread of its own.  A receiver that has not answered in
/// full after `timeout` is cut off.
class Deliveries {
 public:
  Deliveries(std::string version, bool enabled, std::chrono::milliseconds timeout, Clock clock);
  ~Deliveries();
  Deliveries(const Deliveries&) = delete;
  Deliveries& operator=(const Deliveries&) = delete;

  /// Queues an event for every active hook of the repository that wants it.
  void publish(const RepositoryPtr& repository, const std::string& event, const Json& body);
  /// Sends a ping to an address at once, unsigned as Bitbucket does.
  DeliveryOutcome ping(const std::string& url, bool verify,
                       const std::optional<WebhookCredentials>& credentials);
  bool wait(std::chrono::milliseconds timeout);
  void stop() noexcept;

 private:
  struct Job {
    RepositoryPtr repository;
    Webhook hook;
    std::string event, body;
  };
  class Sending;
  DeliveryOutcome send(const std::string& url, bool verify,
                       const std::optional<WebhookCredentials>& credentials, const Pairs& headers,
                       const std::string& body);
  void deliver(const Job& job);
  void run();
  void watch();

  const std::string version_;
  const bool enabled_;
  const std::chrono::milliseconds timeout_;
  const Clock clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool busy_ = false;
  bool stopping_ = false;
  std::set<const Sending*> sendings_;  ///< the requests on their way
  std::int64_t sent_ = 0;
  std::thread sender_, watcher_;
};

}  // namespace bitbucket::inline v0_1::testing::embedded
