#pragma once

#include <bitbucket/api_path.hpp>

namespace bitbucket::inline v0_1 {

struct Hook;
struct HookTestResult;
struct NewHook;

/// Rows of the table: webhooks of a repository.
namespace api::hooks {

// clang-format off
inline constexpr Pages <Hook, RepoRef>                              list  {"/rest/api/1.0/projects/{project}/repos/{repo}/webhooks"};
inline constexpr Post  <Hook, RepoRef, Body<NewHook>>               create{"/rest/api/1.0/projects/{project}/repos/{repo}/webhooks"};
inline constexpr Get   <Hook, RepoRef, HookId>                      get   {"/rest/api/1.0/projects/{project}/repos/{repo}/webhooks/{webhook}"};
inline constexpr Put   <Hook, RepoRef, HookId, Body<RawJson>>       update{"/rest/api/1.0/projects/{project}/repos/{repo}/webhooks/{webhook}", Repeat::yes};
inline constexpr Delete<void, RepoRef, HookId>                      remove{"/rest/api/1.0/projects/{project}/repos/{repo}/webhooks/{webhook}", Repeat::yes};
inline constexpr Post  <HookTestResult, RepoRef, Query<Parameters>> test  {"/rest/api/1.0/projects/{project}/repos/{repo}/webhooks/test"};
// clang-format on

/// Calls `f(name, row)` for each row above.
constexpr void for_each(auto&& f) {
  f("hooks.list", list);
  f("hooks.create", create);
  f("hooks.get", get);
  f("hooks.update", update);
  f("hooks.remove", remove);
  f("hooks.test", test);
}

}  // namespace api::hooks
}  // namespace bitbucket::inline v0_1
