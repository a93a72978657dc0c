#include <bitbucket/branches.hpp>
#include <bitbucket/send.hpp>

#include "api/paths.hpp"

namespace bitbucket::inline v0_1 {

Paged<Branch> Branches::list(const RepoRef& repo, const BranchFilter& filter) const {
  return detail::send(context_, api::branches, repo, filter);
}

std::optional<Branch> Branches::get_default(const RepoRef& repo) const {
  try {
    return detail::send(context_, api::default_branch, repo);
  } catch (const ApiError& error) {
    // An empty repository: 204 by some versions, this 404 by others.
    if (error.has_exception("NoDefaultBranchException")) return std::nullopt;
    throw;
  }
}

}  // namespace bitbucket::inline v0_1
