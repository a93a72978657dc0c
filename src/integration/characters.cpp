#include "integration/characters.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace bitbucket::inline v0_1::integration {

std::optional<std::size_t> count_characters(std::string_view text) noexcept {
  std::size_t count = 0;
  for (; !text.empty(); ++count) {
    const std::size_t size = detail::size_of_character(text);
    if (size == 0) return std::nullopt;
    text.remove_prefix(size);
  }
  return count;
}

std::string_view first_characters(std::string_view text, std::size_t count) noexcept {
  std::size_t end = 0;
  for (; count > 0 && end < text.size(); --count)
    end += std::max<std::size_t>(detail::size_of_character(text.substr(end)), 1);
  return text.substr(0, end);
}

}  // namespace bitbucket::inline v0_1::integration
