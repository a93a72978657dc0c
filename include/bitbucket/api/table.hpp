#pragma once

#include <bitbucket/api/branches.hpp>
#include <bitbucket/api/commits.hpp>
#include <bitbucket/api/files.hpp>
#include <bitbucket/api/hooks.hpp>
#include <bitbucket/api/repos.hpp>
#include <bitbucket/api/server.hpp>
#include <bitbucket/api/tags.hpp>

namespace bitbucket::inline v0_1::api {

/// Calls `f(name, row)` for every row of the table, for example with "commits.changes" and
/// api::commits::changes.  A row that is missing here fails a test.
constexpr void for_each_operation(auto&& f) {
  repos::for_each(f);
  commits::for_each(f);
  branches::for_each(f);
  tags::for_each(f);
  files::for_each(f);
  hooks::for_each(f);
  server::for_each(f);
}

}  // namespace bitbucket::inline v0_1::api
