#include <bitbucket/commits.hpp>

#include <bitbucket/api/commits.hpp>
#include <bitbucket/detail/send.hpp>

namespace bitbucket::inline v0_1 {

Paged<Commit> Commits::list(const RepoRef& repo, const CommitFilter& filter) const {
  return detail::send(context_, api::commits::list(repo, filter));
}

std::vector<Commit> Commits::last(const RepoRef& repo, std::size_t n,
                                  const CommitFilter& filter) const {
  try {
    return list(repo, filter).to_vector(n);
  } catch (const ApiError& error) {
    // An empty repository.
    if (error.has_exception("NoDefaultBranchException")) return {};
    throw;
  }
}

Commit Commits::get(const RepoRef& repo, const CommitId& id) const {
  return detail::send(context_, api::commits::get(repo, id));
}

Paged<Change> Commits::changes(const RepoRef& repo, const CommitId& id) const {
  return detail::send(context_, api::commits::changes(repo, id));
}

}  // namespace bitbucket::inline v0_1
