#pragma once

#include <chrono>

#include <bitbucket/model/common.hpp>

namespace bitbucket::inline v0_1::tracking {

/// Returns the time as columns have it.
inline long long milliseconds_now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())
      .time_since_epoch()
      .count();
}

/// Returns the time of a column.
inline Timestamp time_of(long long milliseconds) {
  return Timestamp(std::chrono::milliseconds(milliseconds));
}

}  // namespace bitbucket::inline v0_1::tracking
