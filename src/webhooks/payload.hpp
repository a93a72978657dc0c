#pragma once

#include <string>
#include <string_view>

#include <bitbucket/webhooks.hpp>

namespace bitbucket::inline v0_1::webhooks {

/// Returns the event that a body says it is of.  Throws DecodeError when it does not say so.
std::string event_key_of(std::string& body);

/// Reads the body of an event.  Throws DecodeError.  The body may be of another event: compare
/// `event_key`.
WebhookPayload read_payload(std::string_view event_key, std::string& body);

}  // namespace bitbucket::inline v0_1::webhooks
