#pragma once

#include <string>
#include <string_view>

namespace bitbucket::inline v0_1::tracking {

/// Returns a text in which each link "[PRJ-12](https://...)" is only its text: the regular
/// expression `\[([^]]+)\]\([^)]+\)`, replaced by its group.  Each byte that is not UTF-8 becomes
/// the character `substitute`, so that no two pieces form a character together.
std::string without_markdown_links(std::string_view text);

}  // namespace bitbucket::inline v0_1::tracking
