#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <bitbucket/json.hpp>

namespace bitbucket::inline v0_1::http {

/// Appends `text` percent-encoded by RFC 3986: only A-Z a-z 0-9 - . _ ~ stay.
void percent_encode(std::string& out, std::string_view text);
std::string percent_encode(std::string_view text);

/// Decodes percent-encoding; with `plus_is_space` also "+" (forms, but not OAuth answers).
/// Nothing when a '%' is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

/// Appends "name=value&..." to a URL that has no query yet.
void append_query(std::string& url, const Parameters& query);

/// Takes "a=1&b=2" apart.  Nothing when an escape is broken.
std::optional<Parameters> parse_form(std::string_view text, bool plus_is_space);

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

}  // namespace bitbucket::inline v0_1::http
