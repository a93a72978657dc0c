#include "testing/webhooks/webhook_body.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/trim.hpp"
#include "testing/base/refusal.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

using nlohmann::json;

constexpr std::size_t max_url = 2048;

constexpr std::array<std::string_view, 23> known_events{"repo:refs_changed",
                                                        "repo:modified",
                                                        "repo:forked",
                                                        "repo:comment:added",
                                                        "repo:comment:edited",
                                                        "repo:comment:deleted",
                                                        "repo:secret_detected",
                                                        "mirror:repo_synchronized",
                                                        "project:modified",
                                                        "pr:opened",
                                                        "pr:from_ref_updated",
                                                        "pr:modified",
                                                        "pr:merged",
                                                        "pr:declined",
                                                        "pr:deleted",
                                                        "pr:reviewer:updated",
                                                        "pr:reviewer:approved",
                                                        "pr:reviewer:unapproved",
                                                        "pr:reviewer:needs_work",
                                                        "pr:comment:added",
                                                        "pr:comment:edited",
                                                        "pr:comment:deleted",
                                                        "diagnostics:ping"};

std::string text_of(const json& body, const char* name) {
  const auto found = body.find(name);
  return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool flag_of(const json& body, const char* name, bool otherwise) {
  const auto found = body.find(name);
  return found != body.end() && found->is_boolean() ? found->get<bool>() : otherwise;
}

/// Returns whether the number after the last ':', if there is one, can be a port.
bool possible_port(std::string_view authority) {
  const auto colon = authority.rfind(':');
  const std::string_view port = colon == std::string_view::npos ? "" : authority.substr(colon + 1);
  if (port.empty() || port.find_first_not_of("0123456789") != std::string_view::npos) return true;
  const auto number = parse_integer(port);
  return number && *number > 0 && *number < 65536;
}

void read_events(const json& body, Webhook& hook, Refusal& bad) {
  const auto events = body.find("events");
  if (events == body.end() || !events->is_array() || events->empty()) {
    bad.errors.push_back({"events", "At least one event must be provided.", validation_exception});
    return;
  }
  for (const json& event : *events) {
    const std::string name = event.is_string() ? event.get<std::string>() : event.dump();
    if (std::find(known_events.begin(), known_events.end(), name) == known_events.end()) {
      bad.errors.push_back(
          {"events", "The event '" + name + "' is unknown.", validation_exception});
    }
    hook.events.push_back(name);
  }
}

void read_configuration(const json& body, Webhook& hook) {
  if (const auto found = body.find("configuration"); found != body.end() && found->is_object()) {
    hook.configuration = *found;
    hook.secret = text_of(*found, "secret");
    hook.configuration.erase("secret");
  }
  if (const auto found = body.find("credentials"); found != body.end()) {
    hook.credentials = parse_credentials(*found);
  }
}

}  // namespace

bool is_web_address(const std::string& url) {
  // The HTTP client takes addresses apart with a regular expression, which recurses: it would
  // overflow the stack on a long one.
  if (url.size() > max_url) return false;
  const std::string text = lower(url);
  const std::size_t at = text.starts_with("http://") ? 7 : text.starts_with("https://") ? 8 : 0;
  return at != 0 && at < text.size() && text[at] != '/' && text[at] != ':' &&
         text.find_first_of(" \t\r\n") == std::string::npos &&
         possible_port(std::string_view(text).substr(at, text.find_first_of("/?#", at) - at));
}

std::optional<WebhookCredentials> parse_credentials(const json& value) {
  if (!value.is_object() || !value.contains("username") || !value["username"].is_string())
    return {};
  return WebhookCredentials{text_of(value, "username"), text_of(value, "password")};
}

Webhook parse_webhook(const json& body) {
  Refusal bad;
  if (!body.is_object()) throw invalid("", "The body is not a JSON object.");
  Webhook hook;
  hook.name = text_of(body, "name");
  hook.url = text_of(body, "url");
  if (detail::trim(hook.name).empty() || hook.name.size() > 255) {
    bad.errors.push_back(
        {"name", "The name must have between 1 and 255 characters.", validation_exception});
  }
  if (!is_web_address(hook.url)) {
    bad.errors.push_back(
        {"url", "The URL must be an absolute http or https URL.", validation_exception});
  }
  read_events(body, hook, bad);
  if (!bad.errors.empty()) throw bad;
  hook.active = flag_of(body, "active", true);
  hook.ssl_verification = flag_of(body, "sslVerificationRequired", true);
  read_configuration(body, hook);
  return hook;
}

json webhook_json(const Webhook& hook, bool mask_secret) {
  json configuration = hook.configuration;
  if (!hook.secret.empty()) configuration["secret"] = mask_secret ? "********" : hook.secret;
  json out{{"id", hook.id},
           {"name", hook.name},
           {"createdDate", hook.created},
           {"updatedDate", hook.updated},
           {"events", hook.events},
           {"configuration", std::move(configuration)},
           {"url", hook.url},
           {"active", hook.active},
           {"scopeType", "repository"},
           {"sslVerificationRequired", hook.ssl_verification}};
  if (hook.credentials) out["credentials"] = {{"username", hook.credentials->username}};
  return out;
}

}  // namespace bitbucket::inline v0_1::testing::embedded
