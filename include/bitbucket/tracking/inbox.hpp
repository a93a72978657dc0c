#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <stop_token>
#include <string_view>

#include <bitbucket/detail/export.hpp>
#include <bitbucket/tracking/tracking_store.hpp>
#include <bitbucket/webhooks.hpp>

namespace bitbucket::inline v0_1 {

/// How an inbox hands deliveries on.
struct InboxOptions {
  /// How long after a process dies another one takes over its deliveries, at most a day.
  /// While a handler works, the inbox extends its claim, so a handler may take longer.
  std::chrono::milliseconds lease = std::chrono::minutes(1);
  /// How long a delivery rests after its handler threw; doubles each time, up to an hour.
  std::chrono::milliseconds retry = std::chrono::seconds(10);
  /// How often to look for deliveries that other processes stored, or that have rested; and how
  /// long to pause after the store failed.
  std::chrono::milliseconds poll = std::chrono::seconds(1);
  /// How many of the newest deliveries to remember, to recognise one that comes again.
  std::int64_t remember = 100'000;
  /// Returns whether a delivery to this URL may tell of this event; one that may not gets 401. With
  /// a secret for each repository, the holder of one secret must not speak for another repository.
  /// Called from any thread; when it throws, the delivery gets 503.  Empty: every event may come.
  std::function<bool(std::string_view url, const WebhookEvent& event)> may_tell = {};
  /// Is told of an error: what the handler of `delivery` threw, or, when `delivery` is null, why
  /// the store failed or what the function for secrets threw.  It may finish() the delivery, so
  /// that it is not handed on again.  Called from any thread; what it throws is ignored.
  std::function<void(const std::exception& error, const StoredDelivery* delivery)> on_error = {};
};

/// Receives deliveries of webhooks without losing one: each is on the disk before the answer
/// leaves, and is handed on later, even when the process dies in between.  Thread-safe.
///
/// A delivery is handed on once, even when it arrives again (DeliveryStore says when two are the
/// same), except when its handler does not finish.  Then it is handed on again: after
/// InboxOptions::retry when the handler threw, after InboxOptions::lease (or `retry`, if it has
/// grown longer) when the process died.  A process may also die just before it can store that the
/// handler was done, so a handler must cope with an event that it has handled before.  A delivery
/// is tried until its handler returns; it does not hold up the others.
///
/// Deliveries are handed on in the order in which they arrived, except for those that are tried
/// again.  When several threads or processes run, they handle deliveries at the same time, even
/// those of one repository.
///
/// SQLite has one writer at a time.  If transactions that take seconds are written to the file,
/// give the inbox a store with a file of its own, so that receive() need not wait for them.
class BITBUCKET_EXPORT Inbox {
 public:
  /// Handles an event.  Throws an exception if it could not.
  using Handler = std::function<void(const WebhookEvent&)>;

  /// Throws InvalidArgument when there is no store, or an option is out of its range.
  Inbox(std::shared_ptr<const TrackingStore> store, WebhookReceiver receiver,
        InboxOptions options = {});
  Inbox(Inbox&&) noexcept;
  Inbox& operator=(Inbox&&) noexcept;
  ~Inbox();

  /// Checks a delivery and stores it, unless it is a ping.  Returns what to answer; the reply never
  /// has an event, because the event goes to the handler.  Answers 204 to a delivery that is
  /// stored, or was stored before (WebhookOutcome::duplicate), and 503 when the store
  /// fails or the function for secrets throws (WebhookOutcome::not_stored), so that the server
  /// shows the delivery as failed.
  [[nodiscard]] WebhookReply receive(const WebhookRequest& request) const;
  /// Hands deliveries to `handle`, one after the other, until `stop` is triggered; a handler that
  /// is at work then returns first.  Any number of threads and processes may run.  Throws nothing:
  /// errors go to InboxOptions::on_error, and run() goes on.
  void run(std::stop_token stop, const Handler& handle) const;
  /// Hands on what waits now, and returns the number of deliveries that were handled.  Throws
  /// StoreError when the store fails.
  std::size_t drain(const Handler& handle) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bitbucket::inline v0_1
