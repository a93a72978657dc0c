#pragma once

#include <bitbucket/api_path.hpp>

namespace bitbucket::inline v0_1 {

struct Change;
struct Commit;
struct CommitFilter;

/// Rows of the table: commits and what they changed.
namespace api::commits {

// clang-format off
inline constexpr Pages <Commit, RepoRef, Query<CommitFilter>> list   {"/rest/api/1.0/projects/{project}/repos/{repo}/commits"};
inline constexpr Get   <Commit, RepoRef, CommitId>            get    {"/rest/api/1.0/projects/{project}/repos/{repo}/commits/{commit}"};
inline constexpr Pages <Change, RepoRef, CommitId>            changes{"/rest/api/1.0/projects/{project}/repos/{repo}/commits/{commit}/changes"};
// clang-format on

/// Calls `f(name, row)` for each row above.
constexpr void for_each(auto&& f) {
  f("commits.list", list);
  f("commits.get", get);
  f("commits.changes", changes);
}

}  // namespace api::commits
}  // namespace bitbucket::inline v0_1
