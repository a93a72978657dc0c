#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace bitbucket::inline v0_1::http {

/// The longest wait, whatever a server asks for.
inline constexpr std::chrono::seconds longest_wait = std::chrono::hours(24 * 365);

/// Reads a Retry-After header: seconds or an HTTP date, which counts from `date` (the answer's own
/// Date header) when that is present.  Returns nothing when the value is neither; never returns a
/// negative time or more than a year.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view value,
                                                      std::string_view date);

/// Reads an IMF-fixdate, "Sun, 06 Nov 1994 08:49:37 GMT", in any locale.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text);

}  // namespace bitbucket::inline v0_1::http
