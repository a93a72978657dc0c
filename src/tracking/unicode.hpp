#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

// Characters as Python 3.11's `re` sees them (Unicode 14).
namespace bitbucket::inline v0_1::tracking {

/// Stands for a byte that is not UTF-8: neither a space nor part of a word.
constexpr char32_t substitute = 0x1a;

struct Character {
  char32_t code = substitute;
  std::size_t size = 1;  ///< in bytes
};

/// Returns the lower-case ASCII letter that a character equals without regard to case, and every
/// other character as it is.
constexpr char32_t folded(char32_t code) noexcept {
  if (code >= U'A' && code <= U'Z') return code - U'A' + U'a';
  switch (code) {
    case 0x130:
    case 0x131:
      return U'i';
    case 0x17f:
      return U's';
    case 0x212a:
      return U'k';
    default:
      return code;
  }
}

constexpr bool is_ascii_digit(char32_t code) noexcept { return code >= U'0' && code <= U'9'; }

/// Returns whether `[A-Z0-9]` matches without regard to case.
constexpr bool is_ascii_alphanumeric(char32_t code) noexcept {
  const char32_t letter = folded(code);
  return (letter >= U'a' && letter <= U'z') || is_ascii_digit(code);
}

/// The parts of the functions below for characters beyond ASCII.
namespace beyond_ascii {
Character character_at(std::string_view text, std::size_t at) noexcept;
bool is_word(char32_t code) noexcept;
bool is_space(char32_t code) noexcept;
}  // namespace beyond_ascii

/// Returns the character at a position before the end of a text.
inline Character character_at(std::string_view text, std::size_t at) noexcept {
  const auto first = static_cast<unsigned char>(text[at]);
  return first < 0x80 ? Character{first, 1} : beyond_ascii::character_at(text, at);
}

/// Returns whether `\w` matches: letters, digits and numbers of every script, and '_'.
inline bool is_word(char32_t code) noexcept {
  return code < 0x80 ? is_ascii_alphanumeric(code) || code == U'_' : beyond_ascii::is_word(code);
}

/// Returns whether `\s` matches.
inline bool is_space(char32_t code) noexcept {
  if (code >= 0x80) return beyond_ascii::is_space(code);
  return code == U' ' || (code >= 0x09 && code <= 0x0d) || (code >= 0x1c && code <= 0x1f);
}

/// Returns the value of a character that `\d` matches.
std::optional<unsigned> digit_value(char32_t code) noexcept;

}  // namespace bitbucket::inline v0_1::tracking
