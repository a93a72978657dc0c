#pragma once

#include <string_view>
#include <vector>

#include <bitbucket/secret.hpp>

namespace bitbucket::inline v0_1::json {

/// Returns the strings of a JSON text that are secrets by the names of their members: those that
/// contain "secret", "password", "passphrase", "token" or "privateKey" in any case.  Empty for
/// what is no JSON.
std::vector<Secret> secrets_in(std::string_view text);

}  // namespace bitbucket::inline v0_1::json
