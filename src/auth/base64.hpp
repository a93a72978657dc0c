#pragma once

#include <string>
#include <string_view>

namespace bitbucket::inline v0_1::auth {

/// Appends the base64 of `bytes` (RFC 4648 section 4, with padding, in one line).
void base64_encode(std::string& out, std::string_view bytes);

enum class Base64Fault { none, character, length };

/// Appends the bytes that a base64 text encodes; skips white space in the text.
Base64Fault base64_decode(std::string& out, std::string_view text);

}  // namespace bitbucket::inline v0_1::auth
