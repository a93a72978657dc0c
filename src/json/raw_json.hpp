#pragma once

#include <string_view>

namespace bitbucket::inline v0_1::json {

/// How deep JSON may be that becomes a nlohmann::json: copying and printing one recurse.
inline constexpr int max_raw_depth = 256;

/// True when the whole text is one JSON value, not deeper than max_raw_depth.
bool is_json(std::string_view text);

}  // namespace bitbucket::inline v0_1::json
