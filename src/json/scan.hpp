#pragma once

#include <cstddef>
#include <string_view>

namespace bitbucket::inline v0_1::json {

/// True when the whole text is one JSON value (RFC 8259), with white space around it, whose arrays
/// and objects are nested at most `max_depth` deep.  The text must be UTF-8.
bool is_value(std::string_view text, std::size_t max_depth = static_cast<std::size_t>(-1));

}  // namespace bitbucket::inline v0_1::json
