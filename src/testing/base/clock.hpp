#pragma once

#include <chrono>
#include <functional>

namespace bitbucket::inline v0_1::testing::embedded {

/// Tells the server's time.
using Clock = std::function<std::chrono::system_clock::time_point()>;

}  // namespace bitbucket::inline v0_1::testing::embedded
