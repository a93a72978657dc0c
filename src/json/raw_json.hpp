#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bitbucket::inline v0_1::json {

/// How deep JSON may be that becomes a nlohmann::json: copying and printing one recurse.
inline constexpr std::size_t max_raw_depth = 256;

/// True when the whole text is one JSON value in UTF-8, not deeper than max_raw_depth.
bool is_json(std::string_view text);
/// Throws a DecodeError that says what is wrong with a text that is not.
void expect_json(const std::string& text);

}  // namespace bitbucket::inline v0_1::json
