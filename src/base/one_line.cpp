#include "base/one_line.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace bitbucket::inline v0_1::detail {
namespace {

struct Range {
  char32_t first, last;
};

constexpr std::array spaces = {
    Range{0x00, 0x1F},      // C0
    Range{0x7F, 0x9F},      // DEL, and C1 with NEL
    Range{0x2028, 0x2029},  // line and paragraph separator
};
constexpr std::array hidden = {
    Range{0xAD, 0xAD},        // soft hyphen
    Range{0x61C, 0x61C},      // Arabic letter mark
    Range{0x180E, 0x180E},    // Mongolian vowel separator
    Range{0x200B, 0x200F},    // zero width, direction marks
    Range{0x202A, 0x202E},    // embeddings and overrides
    Range{0x2060, 0x206F},    // word joiner, invisible operators, isolates
    Range{0xFEFF, 0xFEFF},    // byte order mark
    Range{0xFFF9, 0xFFFB},    // interlinear annotation
    Range{0xE0000, 0xE007F},  // tags
};

template <std::size_t N>
constexpr bool contains(const std::array<Range, N>& ranges, char32_t c) noexcept {
  return std::any_of(ranges.begin(), ranges.end(),
                     [c](Range range) { return range.first <= c && c <= range.last; });
}

/// Removes the first character from the text and returns it.  If the text does not begin with valid
/// UTF-8, removes one byte and returns nothing.
std::optional<char32_t> next_character(std::string_view& text) noexcept {
  constexpr std::array<char32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  char32_t c = size == 1 ? first : first & (0xFFu >> (size + 1));
  bool valid = first < 0x80 || (first >= 0xC2 && first < 0xF5 && size <= text.size());
  for (std::size_t i = 1; valid && i < size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    valid = (byte & 0xC0) == 0x80;
    c = (c << 6) | (byte & 0x3Fu);
  }
  valid = valid && c >= least[size] && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
  text.remove_prefix(valid ? size : 1);
  return valid ? std::optional(c) : std::nullopt;
}

}  // namespace

std::string one_line(std::string_view text, std::size_t longest) {
  std::string out;
  out.reserve(std::min(text.size(), longest) + 3);
  while (!text.empty()) {
    std::string_view shown = text;
    const auto c = next_character(text);
    if (!c || contains(hidden, *c))
      shown = "\xEF\xBF\xBD";  // U+FFFD
    else if (contains(spaces, *c))
      shown = " ";
    else
      shown.remove_suffix(text.size());
    if (shown.size() > longest - out.size()) return out += "...";
    out += shown;
  }
  return out;
}

}  // namespace bitbucket::inline v0_1::detail
