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
  const std::size_t first = text.find_first_not_of(characters);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(characters) - first + 1);
}

}  // namespace bitbucket::inline v0_1::detail
