#pragma once

#include <bitbucket/api_path.hpp>

namespace bitbucket::inline v0_1 {

struct Tag;
struct TagFilter;

/// Rows of the table: tags.
namespace api::tags {

// clang-format off
inline constexpr Pages <Tag, RepoRef, Query<TagFilter>> list{"/rest/api/1.0/projects/{project}/repos/{repo}/tags"};
// clang-format on

/// Calls `f(name, row)` for each row above.
constexpr void for_each(auto&& f) { f("tags.list", list); }

}  // namespace api::tags
}  // namespace bitbucket::inline v0_1
