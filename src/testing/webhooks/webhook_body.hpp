#pragma once

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "testing/state/webhook_store.hpp"

// Webhooks as the bodies of requests and answers.
namespace bitbucket::inline v0_1::testing::embedded {

/// Returns whether a delivery could be sent to `url`.
bool is_web_address(const std::string& url);
/// Reads {"username": "...", "password": "..."}; nothing without a username.
std::optional<WebhookCredentials> parse_credentials(const nlohmann::json& value);
/// Reads the body of a create or replace; throws Refusal with one entry per bad field.
Webhook parse_webhook(const nlohmann::json& body);
nlohmann::json webhook_json(const Webhook& hook, bool mask_secret);

}  // namespace bitbucket::inline v0_1::testing::embedded
