#pragma once

#include <bitbucket/api_path.hpp>

namespace bitbucket::inline v0_1 {

/// Rows of the table: contents of files.
namespace api::files {

// clang-format off
inline constexpr Stream<RepoRef, FilePath, Query<Parameters>> raw{"/rest/api/1.0/projects/{project}/repos/{repo}/raw/{path}"};
// clang-format on

/// Calls `f(name, row)` for each row above.
constexpr void for_each(auto&& f) { f("files.raw", raw); }

}  // namespace api::files
}  // namespace bitbucket::inline v0_1
