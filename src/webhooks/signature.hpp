#pragma once

#include <span>
#include <string_view>

#include <bitbucket/secret.hpp>

namespace bitbucket::inline v0_1::webhooks {

/// Returns whether one of the secrets made `signature`, "sha256=" and 64 lower-case hexadecimal
/// digits, for the body.  The time does not tell which secret it was, nor how much of it is right.
bool is_signature(std::string_view signature, std::string_view body,
                  std::span<const Secret> secrets);

}  // namespace bitbucket::inline v0_1::webhooks
