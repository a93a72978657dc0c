#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "testing/git/context.hpp"
#include "testing/git/repository.hpp"

namespace bitbucket::inline v0_1::testing::git {

/// Commits and files, read through two long-lived `git cat-file --batch`: a large file does not
/// hold up commits.
class Objects {
 public:
  std::vector<CommitData> commits(const ContextPtr& context, const std::vector<std::string>& ids);
  Blob file(const ContextPtr& context, const std::string& commit, const std::string& path);

 private:
  std::mutex commits_mutex_;
  Session commits_{{"cat-file", "--batch"}};
  std::mutex files_mutex_;
  Session files_{{"cat-file", "--batch"}};
};

}  // namespace bitbucket::inline v0_1::testing::git
