#pragma once

#include <bitbucket/api_path.hpp>

namespace bitbucket::inline v0_1 {

struct Repo;
struct RepoFilter;
struct RepoUpdate;

/// Rows of the table: repositories.
namespace api::repos {

// clang-format off
inline constexpr Pages <Repo, Query<RepoFilter>>         list           {"/rest/api/1.0/repos"};
inline constexpr Pages <Repo, ProjectKey>                list_in_project{"/rest/api/1.0/projects/{project}/repos"};
inline constexpr Get   <Repo, RepoRef>                   get            {"/rest/api/1.0/projects/{project}/repos/{repo}"};
inline constexpr Put   <Repo, RepoRef, Body<RepoUpdate>> update         {"/rest/api/1.0/projects/{project}/repos/{repo}"};
// clang-format on

/// Calls `f(name, row)` for each row above.
constexpr void for_each(auto&& f) {
  f("repos.list", list);
  f("repos.list_in_project", list_in_project);
  f("repos.get", get);
  f("repos.update", update);
}

}  // namespace api::repos
}  // namespace bitbucket::inline v0_1
