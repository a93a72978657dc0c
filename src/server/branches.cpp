#include <bitbucket/branches.hpp>

#include <bitbucket/api/branches.hpp>
#include <bitbucket/detail/send.hpp>

namespace bitbucket::inline v0_1 {

Paged<Branch> Branches::list(const RepoRef& repo, const BranchFilter& filter) const {
  return detail::send(context_, api::branches::list(repo, filter));
}

std::optional<Branch> Branches::get_default(const RepoRef& repo) const {
  try {
    return detail::send(context_, api::branches::get_default(repo));
  } catch (const ApiError& error) {
    // For an empty repository, some versions answer 204, and others answer this 404.
    if (error.has_exception("NoDefaultBranchException")) return std::nullopt;
    throw;
  }
}

}  // namespace bitbucket::inline v0_1
