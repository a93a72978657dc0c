#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <functional>
#include <string>

namespace bitbucket::inline v0_1::testing::embedded {

/// Tells the server's time.
using Clock = std::function<std::chrono::system_clock::time_point()>;

/// Returns the server's time in milliseconds since 1970.
std::int64_t milliseconds(const Clock& clock);
/// Writes a time in UTC as std::strftime does.
std::string format_utc(std::time_t seconds, const char* format);

}  // namespace bitbucket::inline v0_1::testing::embedded
