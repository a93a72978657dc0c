#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Text as both database products store it: UTF-8 without NUL bytes.
namespace bitbucket::inline v0_1::tracking {

/// Throws InvalidArgument unless both products can store a text as it is.  `what` says whose text
/// it is.
void check_text(std::string_view text, std::string_view what);

/// Throws InvalidArgument unless a text can also be the key of a row: PostgreSQL's indexes have no
/// room for more than 1,000 bytes.
void check_key(std::string_view text, std::string_view what);

/// Returns whether a text can be the key of a row.
bool is_key(std::string_view text) noexcept;

/// Returns whether a text can be stored as it is.
bool is_storable(std::string_view text) noexcept;

/// Puts U+FFFD in place of each NUL byte and of each byte that is not UTF-8.
void make_storable(std::string& text);

/// Returns how many characters a storable text has.
std::size_t count_characters(std::string_view text) noexcept;

/// Returns at most the first `count` characters of a storable text.
std::string_view first_characters(std::string_view text, std::size_t count) noexcept;

}  // namespace bitbucket::inline v0_1::tracking
