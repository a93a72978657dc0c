#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string_view>

#include <bitbucket/connection.hpp>
#include <bitbucket/transport.hpp>

namespace bitbucket::inline v0_1::http {

/// Reads a Retry-After header: seconds or an HTTP date, which counts from `date` (the answer's own
/// Date) when that is there.  Nothing when it is neither; never negative, at most a year.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view value,
                                                      std::string_view date);

/// Reads an IMF-fixdate, "Sun, 06 Nov 1994 08:49:37 GMT"; independent of any locale.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text);

/// A random part of `limit`: at least nothing, at most all of it.
std::chrono::milliseconds random_part(const RetryOptions& options, std::chrono::milliseconds limit);

/// Exponential backoff with full jitter: a random part of first_delay * 2^(failures - 1).
std::chrono::milliseconds backoff(const RetryOptions& options, int failures);

/// The time over which those who waited for a pause come back: half of it, but neither less
/// than first_delay nor more than max_delay.
std::chrono::milliseconds spread_after(const RetryOptions& options,
                                       std::chrono::milliseconds pause);

/// Returns the options with no time longer than a year: clocks of nanoseconds cannot add
/// milliseconds::max(), which is how people write "no limit".
ConnectionOptions bounded(ConnectionOptions options);
std::chrono::milliseconds bounded(std::chrono::milliseconds time);

/// The time that deadlines and pauses are counted in.
std::chrono::steady_clock::time_point now(const RetryOptions& options);

/// Sleeps; false when stopped before the end.
bool sleep_for(const RetryOptions& options, std::chrono::milliseconds time, std::stop_token stop);

}  // namespace bitbucket::inline v0_1::http
