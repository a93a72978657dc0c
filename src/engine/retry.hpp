#pragma once

#include <chrono>
#include <stop_token>

#include <bitbucket/connection.hpp>

namespace bitbucket::inline v0_1::detail {

/// Returns a random part of `limit`, from nothing to all of it.
std::chrono::milliseconds random_part(const RetryOptions& options, std::chrono::milliseconds limit);

/// Returns the exponential backoff with full jitter: a random part of
/// first_delay * 2^(failures - 1).
std::chrono::milliseconds backoff(const RetryOptions& options, int failures);

/// Returns the time over which calls that waited for a pause come back: half of the pause, but
/// neither less than first_delay nor more than max_delay.
std::chrono::milliseconds spread_after(const RetryOptions& options,
                                       std::chrono::milliseconds pause);

/// Returns the options with all times limited to a year: a clock of nanoseconds cannot add
/// milliseconds::max(), which people write for "no limit".
ConnectionOptions bounded(ConnectionOptions options);
std::chrono::milliseconds bounded(std::chrono::milliseconds time);

/// Returns the time in which deadlines and pauses are counted.
std::chrono::steady_clock::time_point now(const RetryOptions& options);

/// Sleeps; returns false when stopped before the end.
bool sleep_for(const RetryOptions& options, std::chrono::milliseconds time, std::stop_token stop);

}  // namespace bitbucket::inline v0_1::detail
