#pragma once

#include <chrono>
#include <string_view>

namespace bitbucket::inline v0_1::json {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;

/// Parses "2018-09-21T14:09:51.000Z": seconds are needed, a fraction is cut to milliseconds, the
/// zone is Z, +0200, +02:00 or +02.  False when it is anything else.
bool parse_iso8601(std::string_view text, Time& out) noexcept;

}  // namespace bitbucket::inline v0_1::json
