#include <bitbucket/repos.hpp>

#include <bitbucket/send.hpp>
#include "api/paths.hpp"

namespace bitbucket::inline v0_1 {

Paged<Repo> Repos::list(const RepoFilter& filter) const {
  return detail::send(context_, api::repositories, filter);
}

Paged<Repo> Repos::list_in_project(const ProjectKey& project) const {
  return detail::send(context_, api::project_repositories, project);
}

Paged<Repo> Repos::search(std::string_view name) const { return list({.name = std::string(name)}); }

Repo Repos::get(const RepoRef& repo) const { return detail::send(context_, api::repository, repo); }

}  // namespace bitbucket::inline v0_1
