#pragma once

#include <optional>

#include <bitbucket/family.hpp>
#include <bitbucket/ids.hpp>
#include <bitbucket/model/ref.hpp>
#include <bitbucket/paged.hpp>

namespace bitbucket::inline v0_1 {

/// Branches.
class BITBUCKET_EXPORT Branches : public Family {
 public:
  /// Lists the branches.  GET /rest/api/1.0/projects/{project}/repos/{repo}/branches
  [[nodiscard]] Paged<Branch> list(const RepoRef& repo, const BranchFilter& filter = {}) const;
  /// Returns the default branch, or nothing for an empty repository.
  /// GET /rest/api/1.0/projects/{project}/repos/{repo}/default-branch
  [[nodiscard]] std::optional<Branch> get_default(const RepoRef& repo) const;

 private:
  using Family::Family;
  friend class BitbucketServer;
};

}  // namespace bitbucket::inline v0_1
