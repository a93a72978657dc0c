#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

// Letters and digits of ASCII, in every locale.
namespace bitbucket::inline v0_1::detail {

/// Returns a letter in lower case, and every other character as it is.
constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

constexpr bool equal_ignoring_case(char a, char b) noexcept { return lower(a) == lower(b); }

constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!equal_ignoring_case(a[i], b[i])) return false;
  return true;
}

/// Looks for a `part` that is not empty.
constexpr bool contains_ignoring_case(std::string_view text, std::string_view part) noexcept {
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [](char a, char b) { return equal_ignoring_case(a, b); }) != text.end();
}

}  // namespace bitbucket::inline v0_1::detail
