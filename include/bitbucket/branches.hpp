#pragma once

#include <optional>
#include <string>

#include <bitbucket/family.hpp>
#include <bitbucket/ids.hpp>
#include <bitbucket/model/ref.hpp>
#include <bitbucket/paged.hpp>

namespace bitbucket::inline v0_1 {

/// How branches and tags are sorted.
enum class RefOrder { server_default, alphabetical, modification };

/// Which branches to list.
struct BranchFilter {
  std::string filter_text = {};                  ///< text that the name contains
  std::string base = {};                         ///< branch or commit that `details` compares with
  bool details = false;                          ///< fills Branch::metadata
  bool boost_matches = false;                    ///< lists exact and prefix matches first
  RefOrder order_by = RefOrder::server_default;  ///< the order of the rows
};

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
