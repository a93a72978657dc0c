#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "testing/git/repository.hpp"

namespace bitbucket::inline v0_1::testing::git {

/// Returns what a commit object says, whatever wrote it: what is missing or broken in it is empty,
/// as in `git log`.
CommitData parse_commit(std::string id, std::string_view object);

/// Returns the time of "1700000000"; 0 when it is none, cut to what milliseconds can hold.
std::int64_t parse_seconds(std::string_view digits);

}  // namespace bitbucket::inline v0_1::testing::git
