#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

// Long histories for tests of pushes and releases.
namespace bitbucket::test_support {

/// Which commits append_history() writes.  Commits are numbered from `first`.
struct HistoryOptions {
  std::size_t commits = 100;
  std::size_t first = 0;
  std::string branch = "refs/heads/main";
  std::string from = {};             ///< parent of the first, for a forced push; empty: the branch
  std::size_t authors = 10;          ///< "Author 3 <author3@example.com>" writes 3, 13, 23, ...
  std::size_t files_per_commit = 1;  ///< changed by each, up to 64
  std::size_t issue_every = 10;      ///< commit 20 says "Fixes APP-20"; 0: no commit does
  /// Returns the message of a commit, in place of the usual one.
  std::function<std::string(std::size_t number)> message = {};
};

/// Appends a linear history to a branch with one `git fast-import`, and returns the ids, the oldest
/// first.  Creates the branch, or a bare repository at `dir`, if there is none.  100,000 commits
/// take a few seconds.
std::vector<std::string> append_history(const std::filesystem::path& dir,
                                        const HistoryOptions& options = {});

}  // namespace bitbucket::test_support
