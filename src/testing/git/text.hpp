#pragma once

#include <string>
#include <string_view>

namespace bitbucket::inline v0_1::testing::git {

/// Returns `text` with each byte sequence that is not UTF-8 replaced by U+FFFD.
std::string valid_utf8(std::string_view text);

/// Returns `text` in UTF-8 when `encoding` is known and fits, else unchanged, as `git log` does.
std::string to_utf8(std::string_view text, const std::string& encoding);

}  // namespace bitbucket::inline v0_1::testing::git
