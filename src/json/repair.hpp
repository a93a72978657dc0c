#pragma once

#include <string>
#include <string_view>

namespace bitbucket::inline v0_1::json {

/// Returns the text without a byte order mark, with U+FFFD for every byte that is not UTF-8 and for
/// every escape that is half of a surrogate pair: what a person can read stays readable.
std::string repaired(std::string_view text);

}  // namespace bitbucket::inline v0_1::json
