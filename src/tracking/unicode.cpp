#include "tracking/unicode.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "tracking/unicode_tables.hpp"

namespace bitbucket::inline v0_1::tracking {
namespace {

constexpr std::array<char32_t, 5> smallest_code{0, 0, 0x80, 0x800, 0x10000};

/// Returns whether the last range that does not begin after `code` contains it.
template <class Ranges>
bool in_ranges(const Ranges& ranges, char32_t code) noexcept {
  const auto after = std::ranges::upper_bound(ranges, code, {}, &CodeRange::first);
  return after != std::begin(ranges) && code <= std::prev(after)->last;
}

}  // namespace

Character beyond_ascii::character_at(std::string_view text, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char first = byte(0);
  const std::size_t size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (first < 0xc2 || first > 0xf4 || text.size() - at < size) return {};
  char32_t code = first & (0x7fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3fu);
  }
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < smallest_code[size] || code > 0x10ffff || surrogate) return {};
  return {code, size};
}

bool beyond_ascii::is_word(char32_t code) noexcept { return in_ranges(word_ranges, code); }

bool beyond_ascii::is_space(char32_t code) noexcept { return in_ranges(space_ranges, code); }

std::optional<unsigned> digit_value(char32_t code) noexcept {
  if (is_ascii_digit(code)) return code - U'0';
  const auto after = std::ranges::upper_bound(digit_zeros, code);
  if (after == std::begin(digit_zeros) || code - *std::prev(after) > 9) return std::nullopt;
  return code - *std::prev(after);
}

}  // namespace bitbucket::inline v0_1::tracking
