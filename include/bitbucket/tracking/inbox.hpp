#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>

#include <bitbucket/detail/export.hpp>
#include <bitbucket/tracking/tracking_store.hpp>
#include <bitbucket/webhooks.hpp>

namespace bitbucket::inline v0_1 {

/// How an inbox hands deliveries on.
struct InboxOptions {
  /// How long a handler may take before another process takes the delivery over.
  std::chrono::milliseconds lease = std::chrono::minutes(10);
  /// How long a delivery rests after its handler threw; doubles each time, up to an hour.
  std::chrono::milliseconds retry = std::chrono::seconds(10);
  /// How often to look for deliveries of other processes.
  std::chrono::milliseconds poll = std::chrono::seconds(1);
  /// Is told what a handler threw.  Called from the thread that runs.
  std::function<void(const StoredDelivery&, const std::exception&)> on_error = {};
};

/// Receives deliveries of webhooks without losing one: each is stored before the answer leaves, and
/// handed on once.  Thread-safe.
class BITBUCKET_EXPORT Inbox {
 public:
  Inbox(std::shared_ptr<const TrackingStore> store, WebhookReceiver receiver,
        InboxOptions options = {});
  Inbox(Inbox&&) noexcept;
  Inbox& operator=(Inbox&&) noexcept;
  ~Inbox();

  /// Checks a delivery and stores it.  Returns what to answer: 503 when the store fails, so that
  /// the server shows the delivery as failed.
  [[nodiscard]] WebhookReply receive(const WebhookRequest& request) const;
  /// Hands deliveries to `handle`, one after the other, until `stop` is triggered.  Any number of
  /// threads and processes may do so.
  void run(std::stop_token stop, const std::function<void(const WebhookEvent&)>& handle) const;
  /// Hands on what is waiting now, and returns the number of deliveries that were dealt with.
  std::size_t drain(const std::function<void(const WebhookEvent&)>& handle) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bitbucket::inline v0_1
