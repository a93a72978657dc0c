#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <bitbucket/detail/export.hpp>
#include <bitbucket/model/event.hpp>
#include <bitbucket/secret.hpp>

namespace bitbucket::inline v0_1 {

/// The secrets with which deliveries may be signed: several while an old one is being replaced.
class BITBUCKET_EXPORT WebhookSecrets {
 public:
  /// Returns the secrets for the URL that was called.  Called from any thread.  If it returns an
  /// empty list, the receiver refuses the delivery.
  using ByUrl = std::function<std::vector<Secret>(std::string_view url)>;

  /// No secrets: WebhookReceiver refuses them.
  WebhookSecrets() = default;
  /// Accepts deliveries that are signed with one of these.  Throws InvalidArgument when there is
  /// none, or an empty one.
  WebhookSecrets(std::vector<Secret> secrets);  // NOLINT(google-explicit-constructor)
  /// Accepts deliveries that are signed with one of these.  Throws InvalidArgument when there is
  /// none, or an empty one.
  WebhookSecrets(std::initializer_list<Secret> secrets)
      : WebhookSecrets(std::vector<Secret>(secrets)) {}
  /// Accepts deliveries that are signed with one of the secrets for their URL.
  WebhookSecrets(ByUrl by_url);  // NOLINT(google-explicit-constructor)
  /// Accepts deliveries that are signed with one of the secrets for their URL.
  template <class F>
  requires(!std::is_same_v<F, WebhookSecrets> &&
           std::is_invocable_r_v<std::vector<Secret>, F&, std::string_view>)
      WebhookSecrets(F by_url)  // NOLINT(google-explicit-constructor): a lambda without its type
      : WebhookSecrets(ByUrl(std::move(by_url))) {}
  /// Accepts whatever anybody sends, signed or not.
  [[nodiscard]] static WebhookSecrets none_needed();

 private:
  friend class WebhookReceiver;
  struct NoneNeeded {};
  std::variant<std::monostate, std::vector<Secret>, ByUrl, NoneNeeded> how_;
};

/// The headers of a delivery.  It keeps views of the values, and only of the headers that matter.
class BITBUCKET_EXPORT WebhookHeaders {
 public:
  WebhookHeaders() = default;
  /// Takes the headers from a map or a list of names and values, such as `httplib::Headers`,
  /// `std::vector<Header>` or `std::vector<std::pair<std::string, std::string>>`.  A range that
  /// makes strings while it is read does not compile, because views of them would dangle.
  template <std::ranges::input_range R>
  requires(!std::is_same_v<std::remove_cvref_t<R>, WebhookHeaders> &&
           (std::is_reference_v<std::ranges::range_reference_t<const R>> ||
            std::is_trivially_destructible_v<std::ranges::range_value_t<const R>>))
      WebhookHeaders(const R& headers) {  // NOLINT(google-explicit-constructor): stands in for R
    for (const auto& header : headers) {
      const auto& [name, value] = header;
      add(name, value);
    }
  }
  /// Takes the headers from a list of names and values.
  WebhookHeaders(
      std::initializer_list<std::pair<std::string_view, std::string_view>> headers) {  // NOLINT
    for (const auto& [name, value] : headers) add(name, value);
  }

 private:
  friend class WebhookReceiver;
  /// Absent, present, or present more than once.
  struct Value {
    std::string_view text{};
    std::size_t count = 0;
  };
  void add(std::string_view name, std::string_view value) noexcept;
  Value event_key_, request_id_, signature_;
};

/// A request to the receiver.  What it refers to must exist until receive() returns.
struct WebhookRequest {
  std::string_view method = {};  ///< "POST"
  std::string_view url = {};     ///< only for WebhookSecrets::ByUrl, which gets it as it is
  WebhookHeaders headers = {};   ///< names in upper or lower case
  std::string_view body = {};    ///< the bytes that arrived, unchanged
};

/// The payload of an event.  An event without a type of its own, such as one of a pull request, is
/// an OtherEvent.
using WebhookPayload =
    std::variant<RefsChanged, RepoModified, RepoForked, CommitCommented, SecretDetected,
                 ProjectModified, MirrorRepoSynchronized, OtherEvent>;

/// A delivery that was accepted.
struct WebhookEvent {
  std::string key;         ///< "repo:refs_changed", the same in the header and in the body
  std::string request_id;  ///< X-Request-Id, which is not signed; empty when there is none
  WebhookPayload payload;  ///< what happened
};

/// Why a delivery got its answer.
enum class WebhookOutcome {
  accepted,         ///< there is an event
  ping,             ///< the button "Test connection"; it is not signed
  wrong_method,     ///< the request is not a POST
  too_large,        ///< the body is larger than WebhookOptions::max_body
  bad_header,       ///< X-Event-Key is missing, or a header is repeated
  bad_signature,    ///< no live secret made the signature
  bad_body,         ///< the body is not JSON, or not what the event should have
  different_event,  ///< the header and the body name different events
  duplicate,        ///< an Inbox has the delivery already
  not_stored,       ///< an Inbox could not check or store the delivery, because a store failed
};

/// What to answer.
struct WebhookReply {
  int status = 0;    ///< HTTP status
  std::string text;  ///< for the answer's body; says what to change
  WebhookOutcome outcome = WebhookOutcome::bad_body;  ///< why
  std::optional<WebhookEvent> event = {};             ///< when the delivery was accepted
};

/// How deliveries are received.
struct WebhookOptions {
  WebhookSecrets secrets = {};       ///< what deliveries are signed with
  std::size_t max_body = 16u << 20;  ///< larger bodies are refused, in bytes
};

/// Receives deliveries of webhooks, without doing I/O.  Thread-safe.
class BITBUCKET_EXPORT WebhookReceiver {
 public:
  /// Throws InvalidArgument when the options name no secrets.
  explicit WebhookReceiver(WebhookOptions options);

  /// Checks a delivery and reads it: the method (405), the size (413), X-Event-Key (400), a ping
  /// (204), the signature of the body (401), its JSON (400), and that the body's `eventKey` is
  /// that of X-Event-Key (400).  An accepted delivery gets a 204.
  [[nodiscard]] WebhookReply receive(const WebhookRequest& request) const;

 private:
  [[nodiscard]] bool is_signed(const WebhookRequest& request) const;
  WebhookOptions options_;
};

/// Remembers the ids of the newest deliveries.  Thread-safe.
class BITBUCKET_EXPORT SeenDeliveries {
 public:
  /// Remembers at most `capacity` ids.  Throws InvalidArgument when it is 0.
  explicit SeenDeliveries(std::size_t capacity = 10'000);
  SeenDeliveries(const SeenDeliveries&) = delete;
  SeenDeliveries& operator=(const SeenDeliveries&) = delete;
  ~SeenDeliveries();

  /// Returns whether the id was seen before, and remembers it.  Ignores an empty id
  /// and an id of more than 256 bytes: it returns false for them.
  [[nodiscard]] bool seen(std::string_view request_id);
  /// Forgets an id, for a delivery that could not be dealt with and should come again.
  void forget(std::string_view request_id);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bitbucket::inline v0_1
