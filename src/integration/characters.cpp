#include "integration/characters.hpp"

#include <algorithm>

namespace bitbucket::inline v0_1::integration {
namespace {

/// The bytes that may follow a first byte; only the second one has a range of its own.
struct Sequence {
  std::size_t size;
  unsigned char from = 0x80, to = 0xbf;
};

Sequence sequence_of(unsigned char first) noexcept {
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

/// Returns the size of the character that a text begins with; 0 when it is not valid.
std::size_t size_of_character(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const Sequence sequence = sequence_of(byte(0));
  if (text.size() < sequence.size) return 0;
  for (std::size_t i = 1; i < sequence.size; ++i) {
    const bool second = i == 1;
    if (byte(i) < (second ? sequence.from : 0x80) || byte(i) > (second ? sequence.to : 0xbf))
      return 0;
  }
  return sequence.size;
}

}  // namespace

std::optional<std::size_t> count_characters(std::string_view text) noexcept {
  std::size_t count = 0;
  for (; !text.empty(); ++count) {
    const std::size_t size = size_of_character(text);
    if (size == 0) return std::nullopt;
    text.remove_prefix(size);
  }
  return count;
}

std::string_view first_characters(std::string_view text, std::size_t count) noexcept {
  std::size_t end = 0;
  for (; count > 0 && end < text.size(); --count)
    end += std::max<std::size_t>(size_of_character(text.substr(end)), 1);
  return text.substr(0, end);
}

}  // namespace bitbucket::inline v0_1::integration
