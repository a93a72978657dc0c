#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <bitbucket/json.hpp>

namespace bitbucket::inline v0_1::http {

/// Appends `text`, percent-encoded as in RFC 3986: everything but A-Z a-z 0-9 - . _ ~.
void percent_encode(std::string& out, std::string_view text);
std::string percent_encode(std::string_view text);

/// Decodes percent-encoding, and with `plus_is_space` also "+" (in forms, but not in OAuth
/// answers). Returns nothing when a '%' is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

/// Appends "name=value&..." to a URL that has no query yet.
void append_query(std::string& url, const Parameters& query);

/// Splits "a=1&b=2" into parameters.  Returns nothing when an escape is broken.
std::optional<Parameters> parse_form(std::string_view text, bool plus_is_space);

}  // namespace bitbucket::inline v0_1::http
