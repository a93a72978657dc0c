#include "tracking/text.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

#include <bitbucket/error.hpp>

namespace bitbucket::inline v0_1::tracking {
namespace {

/// Returns how many bytes the character at the front of a text has; 0 when it is not UTF-8.
std::size_t length_of_character(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (text.size() < length) return 0;
  for (std::size_t at = 1; at < length; ++at)
    if ((byte(at) & 0xc0) != 0x80) return 0;
  // These bytes would be a longer way to write a shorter character, half of a UTF-16 pair, or
  // beyond the last character.
  const unsigned char second = byte(1);
  const bool refused = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                       (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
  return refused ? 0 : length;
}

}  // namespace

void check_text(std::string_view text, std::string_view what) {
  if (text.find('\0') != std::string_view::npos)
    throw InvalidArgument("a text of " + std::string(what) +
                          " has a NUL byte, which the database cannot store; remove it");
  while (!text.empty()) {
    const std::size_t length = length_of_character(text);
    if (length == 0)
      throw InvalidArgument("a text of " + std::string(what) +
                            " is not UTF-8; convert it before you store it");
    text.remove_prefix(length);
  }
}

}  // namespace bitbucket::inline v0_1::tracking
