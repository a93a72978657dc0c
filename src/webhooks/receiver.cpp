#include <string>
#include <utility>

#include <bitbucket/error.hpp>
#include <bitbucket/webhooks.hpp>

#include "base/ascii.hpp"
#include "base/trim.hpp"
#include "webhooks/payload.hpp"
#include "webhooks/signature.hpp"

namespace bitbucket::inline v0_1 {
namespace {

constexpr std::string_view ping_event = "diagnostics:ping";

WebhookReply refuse(int status, WebhookOutcome outcome, std::string text) {
  return {.status = status, .text = std::move(text), .outcome = outcome};
}

std::string_view key_in(const WebhookPayload& payload) {
  return std::visit([](const auto& event) -> std::string_view { return event.event_key; }, payload);
}

/// Returns whether the body says that it is of another event, which explains why it could not be
/// read.
bool is_of_another_event(std::string_view key, std::string& body) {
  try {
    return webhooks::event_key_of(body) != key;
  } catch (const DecodeError&) {
    return false;
  }
}

WebhookReply refuse_other_event() {
  return refuse(400, WebhookOutcome::different_event,
                "X-Event-Key and the eventKey of the body name different events");
}

}  // namespace

WebhookSecrets::WebhookSecrets(std::vector<Secret> secrets) {
  if (secrets.empty())
    throw InvalidArgument(
        "the list of webhook secrets is empty: name the secret of the webhook, or say "
        "WebhookSecrets::none_needed()");
  for (const Secret& secret : secrets)
    if (secret.empty())
      throw InvalidArgument("a webhook secret is empty, so anybody could sign with it");
  how_ = std::move(secrets);
}

WebhookSecrets::WebhookSecrets(ByUrl by_url) {
  if (!by_url) throw InvalidArgument("the function that finds webhook secrets is empty");
  how_ = std::move(by_url);
}

WebhookSecrets WebhookSecrets::none_needed() {
  WebhookSecrets secrets;
  secrets.how_ = NoneNeeded{};
  return secrets;
}

void WebhookHeaders::add(std::string_view name, std::string_view value) noexcept {
  const auto take = [&](std::string_view wanted, Value& header) {
    if (!detail::equal_ignoring_case(name, wanted)) return;
    header.text = detail::trim(value);
    ++header.count;
  };
  take("X-Event-Key", event_key_);
  take("X-Request-Id", request_id_);
  take("X-Hub-Signature", signature_);
}

WebhookReceiver::WebhookReceiver(WebhookOptions options) : options_(std::move(options)) {
  if (std::holds_alternative<std::monostate>(options_.secrets.how_))
    throw InvalidArgument(
        "the webhook receiver has no secrets: name the secret of the webhook, or say "
        "WebhookSecrets::none_needed()");
}

bool WebhookReceiver::is_signed(const WebhookRequest& request) const {
  const std::string_view signature = request.headers.signature_.text;
  const auto& how = options_.secrets.how_;
  if (std::holds_alternative<WebhookSecrets::NoneNeeded>(how)) return true;
  if (const auto* by_url = std::get_if<WebhookSecrets::ByUrl>(&how)) {
    // An empty secret would let anybody sign.
    std::vector<Secret> secrets = (*by_url)(request.url);
    std::erase_if(secrets, [](const Secret& secret) { return secret.empty(); });
    return webhooks::is_signature(signature, request.body, secrets);
  }
  return webhooks::is_signature(signature, request.body, std::get<std::vector<Secret>>(how));
}

WebhookReply WebhookReceiver::receive(const WebhookRequest& request) const {
  using enum WebhookOutcome;
  const auto& [event_key, request_id, signature] = request.headers;
  if (request.method != "POST")
    return refuse(405, wrong_method, "webhooks are delivered with POST");
  if (request.body.size() > options_.max_body)
    return refuse(413, too_large,
                  "the body is larger than " + std::to_string(options_.max_body) + " bytes");
  if (event_key.text.empty()) return refuse(400, bad_header, "X-Event-Key is missing");
  for (const auto* header : {&event_key, &request_id, &signature})
    if (header->count > 1)
      return refuse(400, bad_header,
                    "X-Event-Key, X-Request-Id or X-Hub-Signature occurs more than once");
  if (event_key.text == ping_event)
    return {.status = 204, .text = {}, .outcome = WebhookOutcome::ping};
  if (!is_signed(request))
    return refuse(401, bad_signature,
                  signature.count == 0
                      ? "X-Hub-Signature is missing: give the webhook in Bitbucket its secret"
                      : "X-Hub-Signature was not made with a secret that is known here");
  std::string body(request.body);
  try {
    WebhookPayload payload = webhooks::read_payload(event_key.text, body);
    if (key_in(payload) != event_key.text) return refuse_other_event();
    return {.status = 204,
            .text = {},
            .outcome = accepted,
            .event = WebhookEvent{.key = std::string(event_key.text),
                                  .request_id = std::string(request_id.text),
                                  .payload = std::move(payload)}};
  } catch (const DecodeError& error) {
    if (is_of_another_event(event_key.text, body)) return refuse_other_event();
    return refuse(400, bad_body, error.what());
  }
}

}  // namespace bitbucket::inline v0_1
