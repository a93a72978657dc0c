#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "testing/git/context.hpp"
#include "testing/git/lru.hpp"
#include "testing/git/repository.hpp"

namespace bitbucket::inline v0_1::testing::git {

using FileChanges = std::shared_ptr<const std::vector<FileChange>>;

/// What commits changed, read through one long-lived `git diff-tree --stdin`.
class Changes {
 public:
  /// `commit` is only asked for its id and its parents.
  FileChanges of(const ContextPtr& context, const CommitData& commit);
  /// Returns what is kept of an earlier call, or nullptr.
  FileChanges kept(const std::string& commit);

 private:
  struct Weight {
    std::size_t operator()(const FileChanges& changes) const { return changes->size(); }
  };

  std::mutex cache_mutex_;
  Lru<std::string, FileChanges, Weight> cache_{64, 200'000};
  std::mutex session_mutex_;
  Session session_{{"diff-tree", "--stdin", "--root", "-r", "-M", "-C", "-z", "--no-commit-id"}};
};

}  // namespace bitbucket::inline v0_1::testing::git
