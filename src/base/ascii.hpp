#pragma once

namespace bitbucket::inline v0_1::detail {

/// Returns an ASCII letter in lower case, and every other character as it is, in every locale.
constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

}  // namespace bitbucket::inline v0_1::detail
