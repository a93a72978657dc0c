#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <bitbucket/tracking/commit_store.hpp>

namespace bitbucket::test {

/// Returns commits `from` to `to` of two repositories; the order differs from one turn to the next,
/// and the times do not.
inline std::vector<CommitInput> range_of(int from, int to, int turn) {
  std::vector<CommitInput> commits;
  for (int i = from; i < to; ++i)
    commits.push_back({.repository = i % 3 == 0 ? "r" : "s",
                       .id = std::to_string(i),
                       .message = "message " + std::to_string(i),
                       .author_name = "Author " + std::to_string(i % 5),
                       .author_email = std::to_string(i % 5) + "@x",
                       .timestamp = Timestamp(std::chrono::milliseconds(i)),
                       .files = {{{"f" + std::to_string(i), FileChangeType::added}}}});
  if (turn % 2 == 1) std::reverse(commits.begin(), commits.end());
  return commits;
}

}  // namespace bitbucket::test
