#include "model/hook_update.hpp"

#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include <bitbucket/error.hpp>

namespace bitbucket::inline v0_1::json {
namespace {

using Json = nlohmann::json;

// Newer servers show a row of stars or dots in place of a secret.
bool is_masked(std::string_view secret) {
  for (const std::string_view dot : {"*", "\xE2\x80\xA2", "\xE2\x97\x8F"}) {  // * U+2022 U+25CF
    std::string_view left = secret;
    while (left.starts_with(dot)) left.remove_prefix(dot.size());
    if (left.empty()) return true;
  }
  return false;
}

Json& object_member(Json& hook, const char* name) {
  Json& member = hook[name];
  if (!member.is_object()) member = Json::object();
  return member;
}

void apply_secret(Json& hook, const HookUpdate& update) {
  if (const auto* fresh = std::get_if<Secret>(&update.secret)) {
    object_member(hook, "configuration")["secret"] = std::string(fresh->reveal());
    return;
  }
  if (std::holds_alternative<HookUpdate::Clear>(update.secret)) {
    object_member(hook, "configuration").erase("secret");
    return;
  }
  const Json& shown = object_member(hook, "configuration")["secret"];
  if (!shown.is_string() || is_masked(shown.get_ref<const std::string&>()))
    throw InvalidArgument(
        "the webhook's secret cannot be kept: the server does not show it, and an update without "
        "it "
        "removes it; name .secret as a new one or as clear");
}

void apply_credentials(Json& hook, const HookUpdate& update) {
  if (const auto* fresh = std::get_if<HookCredentials>(&update.credentials)) {
    hook["credentials"] = {{"username", fresh->username},
                           {"password", std::string(fresh->password.reveal())}};
    return;
  }
  const bool present = hook.contains("credentials") && !hook["credentials"].is_null();
  if (present && std::holds_alternative<HookUpdate::Keep>(update.credentials))
    throw InvalidArgument(
        "the webhook's credentials cannot be kept: the server never shows their password, and an "
        "update without it removes it; name .credentials anew or as clear");
  hook.erase("credentials");
}

Json apply(Json hook, const HookUpdate& update) {
  if (update.name) hook["name"] = *update.name;
  if (update.url) hook["url"] = *update.url;
  if (update.events) hook["events"] = *update.events;
  if (update.active) hook["active"] = *update.active;
  if (update.ssl_verification_required)
    hook["sslVerificationRequired"] = *update.ssl_verification_required;
  apply_secret(hook, update);
  apply_credentials(hook, update);
  for (const char* read_only : {"id", "createdDate", "updatedDate", "statistics", "scopeType"})
    hook.erase(read_only);
  return hook;
}

}  // namespace

RawJson updated_hook(const RawJson& current, const HookUpdate& update) {
  Json hook = current.parse();
  if (!hook.is_object()) throw DecodeError("", "a webhook is expected");
  try {
    return {apply(std::move(hook), update).dump()};
  } catch (const Json::exception&) {
    throw InvalidArgument("the update of the webhook contains a string that is not UTF-8");
  }
}

}  // namespace bitbucket::inline v0_1::json
