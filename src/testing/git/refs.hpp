#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "testing/git/context.hpp"
#include "testing/git/repository.hpp"

namespace bitbucket::inline v0_1::testing::git {

/// Returns whether `name` may follow "refs/heads/", by the rules of `git check-ref-format`.
bool is_ref_name(std::string_view name);

/// Names and what they mean.  References are read anew each time.
class Refs {
 public:
  std::string default_branch(const Context& context);
  /// Returns the refs below `folder` ("refs/heads/") that mean a commit.
  std::vector<Ref> list(const ContextPtr& context, const std::string& folder);
  std::optional<std::string> resolve(const ContextPtr& context, std::string_view revision);

 private:
  std::vector<std::string> commits_of(const ContextPtr& context,
                                      const std::vector<std::string>& names);

  std::mutex mutex_;
  Session session_{{"cat-file", "--batch-check"}};
};

}  // namespace bitbucket::inline v0_1::testing::git
