#include <bitbucket/repos.hpp>

#include <bitbucket/api/repos.hpp>
#include <bitbucket/detail/send.hpp>

namespace bitbucket::inline v0_1 {

Paged<Repo> Repos::list(const RepoFilter& filter) const {
  return detail::send(context_, api::repos::list(filter));
}

Paged<Repo> Repos::list_in_project(const ProjectKey& project) const {
  return detail::send(context_, api::repos::list_in_project(project));
}

Repo Repos::get(const RepoRef& repo) const { return detail::send(context_, api::repos::get(repo)); }

Repo Repos::update(const RepoRef& repo, const RepoUpdate& update) const {
  return detail::send(context_, api::repos::update(repo, update));
}

}  // namespace bitbucket::inline v0_1
