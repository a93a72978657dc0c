#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bitbucket::inline v0_1::detail {

/// Returns valid UTF-8 that a terminal or a log shows as one line, whatever a server sent: controls
/// and line separators become spaces; what is invisible, changes the direction of the text or is no
/// UTF-8 becomes U+FFFD.  What exceeds `longest` bytes is cut between two characters, with "..."
/// after it.
std::string one_line(std::string_view text, std::size_t longest = static_cast<std::size_t>(-1));

}  // namespace bitbucket::inline v0_1::detail
