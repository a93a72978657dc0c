#include <bitbucket/tracking/inbox.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <bitbucket/error.hpp>

namespace bitbucket::inline v0_1 {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds longest_retry = std::chrono::hours(1);
constexpr std::uint64_t handled_between_clean_ups = 1000;

void require_positive(milliseconds time, std::string_view name) {
  if (time <= milliseconds::zero())
    throw InvalidArgument("InboxOptions::" + std::string(name) + " must be more than zero");
}

InboxOptions checked(InboxOptions options) {
  require_positive(options.lease, "lease");
  require_positive(options.retry, "retry");
  require_positive(options.poll, "poll");
  if (options.lease > std::chrono::hours(24))
    throw InvalidArgument("InboxOptions::lease must be at most a day");
  options.poll = std::min<milliseconds>(options.poll, std::chrono::hours(24));  // avoids overflow
  if (options.remember < 0) throw InvalidArgument("InboxOptions::remember must not be negative");
  return options;
}

/// Extends the claim of a delivery while its handler works.
class ExtendedClaim {
 public:
  ExtendedClaim(const DeliveryStore& deliveries, const StoredDelivery& delivery, milliseconds lease)
      : thread_([this, &deliveries, &delivery, lease](const std::stop_token& stop) {
          std::unique_lock lock(mutex_);
          const auto pause = std::max(lease / 3, milliseconds(1));
          bool ours = true;
          while (ours && !wait_.wait_for(lock, stop, pause, [&] { return stop.stop_requested(); }))
            ours = extend(deliveries, delivery, lease);
        }) {}

 private:
  static bool extend(const DeliveryStore& deliveries, const StoredDelivery& delivery,
                     milliseconds lease) {
    try {
      return deliveries.postpone(delivery, lease);
    } catch (const std::exception&) {
      return true;  // the store may work again before the lease ends
    }
  }

  std::mutex mutex_;
  std::condition_variable_any wait_;
  std::jthread thread_;  // ends before the other members
};

}  // namespace

class Inbox::Impl {
 public:
  Impl(std::shared_ptr<const TrackingStore> store, WebhookReceiver receiver, InboxOptions options)
      : store_(std::move(store)),
        receiver_(std::move(receiver)),
        options_(checked(std::move(options))) {
    if (!store_) throw InvalidArgument("the inbox has no store");
  }

  WebhookReply receive(const WebhookRequest& request) {
    WebhookReply reply;
    try {
      reply = receiver_.receive(request);
      if (reply.event && options_.may_tell && !options_.may_tell(request.url, *reply.event))
        return {.status = 401,
                .text = "this URL may not report this event; use that of the event's repository",
                .outcome = WebhookOutcome::bad_signature};
    } catch (const std::exception& error) {  // a function of the service threw it
      return not_stored(error, "the delivery could not be checked: see the log of the service");
    }
    if (!reply.event) return reply;
    const WebhookEvent event = *std::exchange(reply.event, std::nullopt);
    try {
      if (store_->deliveries.add(event.request_id, event.key, request.body))
        announce();
      else
        reply.outcome = WebhookOutcome::duplicate;
    } catch (const InvalidArgument& error) {
      return {.status = 400, .text = error.what(), .outcome = WebhookOutcome::bad_header};
    } catch (const Error& error) {
      return not_stored(error, "the delivery could not be stored: see the log of the service");
    }
    return reply;
  }

  void run(const std::stop_token& stop, const Handler& handle) {
    while (!stop.stop_requested()) {
      try {
        const std::uint64_t known = arrived();
        if (const auto delivery = store_->deliveries.claim(options_.lease))
          settle_at_last(stop, *delivery, hand_on(*delivery, handle));
        else
          pause(stop, known);
      } catch (const std::exception& error) {
        report(error, nullptr);
        pause(stop);
      }
    }
  }

  std::size_t drain(const Handler& handle) {
    std::size_t handled = 0;
    // A delivery that fails again and again must not keep drain() from returning.
    for (std::int64_t left = store_->deliveries.unfinished(); left > 0; --left) {
      const auto delivery = store_->deliveries.claim(options_.lease);
      if (!delivery) break;
      const bool done = hand_on(*delivery, handle);
      settle(*delivery, done);
      if (done) ++handled;
    }
    return handled;
  }

 private:
  WebhookReply not_stored(const std::exception& error, const char* text) const {
    report(error, nullptr);
    return {.status = 503, .text = text, .outcome = WebhookOutcome::not_stored};
  }

  /// Returns whether the handler handled the delivery.
  bool hand_on(const StoredDelivery& delivery, const Handler& handle) const {
    try {
      const WebhookEvent event = read(delivery);
      milliseconds lease = options_.lease;
      if (delivery.attempt > 1) {  // must not kill one process after another
        lease = std::max(lease, rest_after(delivery.attempt));
        store_->deliveries.postpone(delivery, lease);
      }
      const ExtendedClaim claim(store_->deliveries, delivery, lease);
      handle(event);
      return true;
    } catch (const std::exception& error) {
      report(error, &delivery);
    } catch (...) {
      report(Error("the handler threw something that is not a std::exception"), &delivery);
    }
    return false;
  }

  /// Reads the body again.  It was checked when it arrived.
  WebhookEvent read(const StoredDelivery& delivery) const {
    WebhookReply reply = reader_.receive(
        {.method = "POST",
         .headers = {{"X-Event-Key", delivery.event_key}, {"X-Request-Id", delivery.request_id}},
         .body = delivery.body});
    if (!reply.event)
      throw Error("the stored delivery " + std::to_string(delivery.id) +
                  " cannot be read: " + reply.text);
    return std::move(*reply.event);
  }

  void settle(const StoredDelivery& delivery, bool done) {
    if (!done) {
      store_->deliveries.postpone(delivery, rest_after(delivery.attempt));
      return;
    }
    store_->deliveries.finish(delivery);
    if (handled_++ % handled_between_clean_ups == 0)
      store_->deliveries.forget_finished(options_.remember);
  }

  /// Tries until the store works, so that what was handled is not handed on again.
  void settle_at_last(const std::stop_token& stop, const StoredDelivery& delivery, bool done) {
    for (;;) {
      try {
        return settle(delivery, done);
      } catch (const std::exception& error) {
        report(error, nullptr);
        if (stop.stop_requested()) return;
        pause(stop);
      }
    }
  }
  milliseconds rest_after(std::int64_t attempt) const {
    milliseconds rest = std::min(options_.retry, longest_retry);
    for (; attempt > 1 && rest < longest_retry; --attempt) rest *= 2;
    return std::min(rest, longest_retry);
  }

  void report(const std::exception& error, const StoredDelivery* delivery) const {
    if (!options_.on_error) return;
    try {
      options_.on_error(error, delivery);
    } catch (...) {  // NOLINT(bugprone-empty-catch): documented; nobody is left to tell
    }
  }

  void announce() {
    {
      const std::scoped_lock lock(mutex_);
      ++arrived_;
    }
    wake_.notify_all();
  }
  std::uint64_t arrived() {
    const std::scoped_lock lock(mutex_);
    return arrived_;
  }
  /// Waits for a while, or until something has arrived.
  void pause(const std::stop_token& stop, std::uint64_t known) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, options_.poll, [&] { return arrived_ != known; });
  }
  /// Waits for a while.
  void pause(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, options_.poll, [] { return false; });
  }

  const std::shared_ptr<const TrackingStore> store_;
  const WebhookReceiver receiver_;
  const WebhookReceiver reader_{{.secrets = WebhookSecrets::none_needed(),
                                 .max_body = std::numeric_limits<std::size_t>::max()}};
  const InboxOptions options_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::uint64_t arrived_ = 0;
  std::atomic<std::uint64_t> handled_ = 0;
};

Inbox::Inbox(std::shared_ptr<const TrackingStore> store, WebhookReceiver receiver,
             InboxOptions options)
    : impl_(std::make_unique<Impl>(std::move(store), std::move(receiver), std::move(options))) {}
Inbox::Inbox(Inbox&&) noexcept = default;
Inbox& Inbox::operator=(Inbox&&) noexcept = default;
Inbox::~Inbox() = default;

WebhookReply Inbox::receive(const WebhookRequest& request) const { return impl_->receive(request); }
void Inbox::run(std::stop_token stop, const Handler& handle) const { impl_->run(stop, handle); }
std::size_t Inbox::drain(const Handler& handle) const { return impl_->drain(handle); }

}  // namespace bitbucket::inline v0_1
