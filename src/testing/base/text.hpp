#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Small things done to text.  Written for the server alone: the client must not check itself.
namespace bitbucket::inline v0_1::testing::embedded {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string lower(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);
/// An empty `part` is in everything.
bool contains_ignoring_case(std::string_view text, std::string_view part);
std::vector<std::string> split(std::string_view text, char separator);

/// Decodes %XX only; nothing when an escape is broken.
std::optional<std::string> percent_decode(std::string_view text);
/// Escapes everything but the unreserved characters of RFC 3986.
std::string percent_encode(std::string_view text);
/// Decodes `a=1&b=2`, `+` being a space; nothing when an escape is broken.
std::optional<Pairs> parse_form(std::string_view text);
std::string write_form(const Pairs& pairs);
/// Returns the first value of a name, or nothing.
std::optional<std::string> find_value(const Pairs& pairs, std::string_view name);

std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);
std::string hex(std::string_view bytes);
/// Escapes what HTML gives a meaning to, in text and in quoted attributes.
std::string html_escape(std::string_view text);

/// Returns hexadecimal text of so many random bytes.
std::string random_hex(std::size_t bytes);
std::string random_uuid();
std::string hmac_sha256(std::string_view key, std::string_view text);  ///< raw bytes
std::string sha1(std::string_view text);                               ///< raw bytes
std::string sha256(std::string_view text);                             ///< raw bytes
/// Compares in a time that depends on the lengths only.
bool equals_secret(std::string_view a, std::string_view b);

/// Parses a whole decimal number.
std::optional<std::int64_t> parse_integer(std::string_view text);

}  // namespace bitbucket::inline v0_1::testing::embedded
