#pragma once

#include <cstdint>

#include <bitbucket/tracking.hpp>

namespace benchmarks {

/// What a program writes: releases without a commit in common.
struct TrackingWork {
  std::int64_t releases = 1;
  std::int64_t commits = 100'000;  ///< of each release
  std::int64_t files = 3;          ///< of each commit
};

/// Returns the commits of a release, the newest first.
bitbucket::CommitInputs commits_of(const TrackingWork& work, std::int64_t release);

}  // namespace benchmarks
