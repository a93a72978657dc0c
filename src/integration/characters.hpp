#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace bitbucket::inline v0_1::integration {

/// Returns how many characters a text has; nothing when it is not valid UTF-8.
std::optional<std::size_t> count_characters(std::string_view text) noexcept;

/// Returns at most the first `count` characters.  A byte that is not UTF-8 counts as one.
std::string_view first_characters(std::string_view text, std::size_t count) noexcept;

}  // namespace bitbucket::inline v0_1::integration
