#pragma once

#include <optional>

#include <bitbucket/api_path.hpp>

namespace bitbucket::inline v0_1 {

struct Branch;
struct BranchFilter;

/// Rows of the table: branches.
namespace api::branches {

// clang-format off
inline constexpr Pages <Branch, RepoRef, Query<BranchFilter>> list       {"/rest/api/1.0/projects/{project}/repos/{repo}/branches"};
inline constexpr Get   <std::optional<Branch>, RepoRef>       get_default{"/rest/api/1.0/projects/{project}/repos/{repo}/default-branch"};
// clang-format on

/// Calls `f(name, row)` for each row above.
constexpr void for_each(auto&& f) {
  f("branches.list", list);
  f("branches.get_default", get_default);
}

}  // namespace api::branches
}  // namespace bitbucket::inline v0_1
