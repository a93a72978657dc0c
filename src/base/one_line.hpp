#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bitbucket::inline v0_1::detail {

/// Returns valid UTF-8 that a terminal or a log shows as one line, whatever a server sent.  Control
/// characters and line separators become spaces.  Characters that are invisible or change the
/// direction of the text, and bytes that are not UTF-8, become U+FFFD.  Text longer than `longest`
/// bytes is cut between two characters and ends with "...".
std::string one_line(std::string_view text, std::size_t longest = static_cast<std::size_t>(-1));

}  // namespace bitbucket::inline v0_1::detail
