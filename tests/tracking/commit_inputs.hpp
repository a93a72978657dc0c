#pragma once

#include <chrono>

#include <bitbucket/tracking.hpp>

namespace bitbucket::test {

/// Returns a point in time.
inline Timestamp at(long long milliseconds) {
  return Timestamp(std::chrono::milliseconds(milliseconds));
}

}  // namespace bitbucket::test
