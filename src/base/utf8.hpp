#pragma once

#include <cstddef>
#include <string_view>

namespace bitbucket::inline v0_1::detail {

/// The bytes that may follow a first byte of UTF-8; only the second one has a range of its own.
struct Utf8Sequence {
  std::size_t size;
  unsigned char from = 0x80, to = 0xbf;
};

constexpr Utf8Sequence utf8_sequence_of(unsigned char first) noexcept {
  if (first < 0x80) return {1};
  if (first < 0xc2 || first > 0xf4) return {0};
  if (first < 0xe0) return {2};
  if (first == 0xe0) return {3, 0xa0, 0xbf};
  if (first == 0xed) return {3, 0x80, 0x9f};
  if (first < 0xf0) return {3};
  if (first == 0xf0) return {4, 0x90, 0xbf};
  if (first == 0xf4) return {4, 0x80, 0x8f};
  return {4};
}

/// Returns the size of the character that a text, which is not empty, begins with; 0 when it is not
/// valid UTF-8.
constexpr std::size_t size_of_character(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const Utf8Sequence sequence = utf8_sequence_of(byte(0));
  if (text.size() < sequence.size) return 0;
  for (std::size_t i = 1; i < sequence.size; ++i)
    if (byte(i) < (i == 1 ? sequence.from : 0x80) || byte(i) > (i == 1 ? sequence.to : 0xbf))
      return 0;
  return sequence.size;
}

}  // namespace bitbucket::inline v0_1::detail
