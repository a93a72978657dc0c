#pragma once

#include <string_view>

namespace bitbucket::inline v0_1::detail {

/// What may stand around a word in one line.
inline constexpr std::string_view blanks = " \t";
/// What may stand around a text.
inline constexpr std::string_view white_space = " \t\r\n";

/// Returns the text without these characters at its ends.
constexpr std::string_view trim(std::string_view text,
                                std::string_view characters = white_space) noexcept {
  const auto is_one = [characters](char c) noexcept {
    for (const char each : characters)
      if (each == c) return true;
    return false;
  };
  while (!text.empty() && is_one(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_one(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace bitbucket::inline v0_1::detail
