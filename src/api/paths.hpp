#pragma once

#include <optional>

#include <bitbucket/api_path.hpp>

namespace bitbucket::inline v0_1 {

struct ApplicationProperties;
struct Branch;
struct BranchFilter;
struct Change;
struct Commit;
struct CommitFilter;
struct Hook;
struct HookTestResult;
struct NewHook;
struct Repo;
struct RepoFilter;
struct Tag;
struct TagFilter;

// THE TABLE: one row per operation.  GET and HEAD are repeatable; PUT and DELETE rows say so.
namespace api {

// clang-format off
//                    answer           path                query, body
inline constexpr Pages <Repo,                              Query<RepoFilter>>   repositories          {"/rest/api/1.0/repos"};
inline constexpr Pages <Repo,            ProjectKey>                            project_repositories  {"/rest/api/1.0/projects/{project}/repos"};
inline constexpr Get   <Repo,            RepoRef>                               repository            {"/rest/api/1.0/projects/{project}/repos/{repo}"};
inline constexpr Pages <Commit,          RepoRef,          Query<CommitFilter>> commits               {"/rest/api/1.0/projects/{project}/repos/{repo}/commits"};
inline constexpr Get   <Commit,          RepoRef, CommitId>                     commit                {"/rest/api/1.0/projects/{project}/repos/{repo}/commits/{commit}"};
inline constexpr Pages <Change,          RepoRef, CommitId>                     commit_changes        {"/rest/api/1.0/projects/{project}/repos/{repo}/commits/{commit}/changes"};
inline constexpr Pages <Hook,            RepoRef>                               webhooks              {"/rest/api/1.0/projects/{project}/repos/{repo}/webhooks"};
inline constexpr Post  <Hook,            RepoRef,          Body<NewHook>>       create_webhook        {"/rest/api/1.0/projects/{project}/repos/{repo}/webhooks"};
inline constexpr Get   <Hook,            RepoRef, HookId>                       webhook               {"/rest/api/1.0/projects/{project}/repos/{repo}/webhooks/{webhook}"};
inline constexpr Get   <RawJson,         RepoRef, HookId>                       webhook_as_json       {"/rest/api/1.0/projects/{project}/repos/{repo}/webhooks/{webhook}"};
inline constexpr Put   <Hook,            RepoRef, HookId,  Body<RawJson>>       update_webhook        {"/rest/api/1.0/projects/{project}/repos/{repo}/webhooks/{webhook}", Repeat::yes};
inline constexpr Delete<void,            RepoRef, HookId>                       delete_webhook        {"/rest/api/1.0/projects/{project}/repos/{repo}/webhooks/{webhook}", Repeat::yes};
inline constexpr Post  <HookTestResult,  RepoRef,          Query<Parameters>>   test_webhook          {"/rest/api/1.0/projects/{project}/repos/{repo}/webhooks/test"};
inline constexpr Pages <Branch,          RepoRef,          Query<BranchFilter>> branches              {"/rest/api/1.0/projects/{project}/repos/{repo}/branches"};
inline constexpr Get   <std::optional<Branch>, RepoRef>                         default_branch        {"/rest/api/1.0/projects/{project}/repos/{repo}/default-branch"};
inline constexpr Pages <Tag,             RepoRef,          Query<TagFilter>>    tags                  {"/rest/api/1.0/projects/{project}/repos/{repo}/tags"};
inline constexpr Stream<                 RepoRef, FilePath, Query<Parameters>>  raw_file              {"/rest/api/1.0/projects/{project}/repos/{repo}/raw/{path}"};
inline constexpr Get   <ApplicationProperties>                                  application_properties{"/rest/api/1.0/application-properties"};
// clang-format on

/// Calls `f(method, row)` for every row above, with the method of the client that sends it; a row
/// that is missing here fails a test.
template <class F>
constexpr void for_each_operation(F&& f) {
  f("repos.list", repositories);
  f("repos.list_in_project", project_repositories);
  f("repos.get", repository);
  f("commits.list", commits);
  f("commits.get", commit);
  f("commits.changes", commit_changes);
  f("hooks.list", webhooks);
  f("hooks.create", create_webhook);
  f("hooks.get", webhook);
  f("hooks.update: read", webhook_as_json);
  f("hooks.update", update_webhook);
  f("hooks.remove", delete_webhook);
  f("hooks.test", test_webhook);
  f("branches.list", branches);
  f("branches.get_default", default_branch);
  f("tags.list", tags);
  f("files.raw", raw_file);
  f("server.application_properties", application_properties);
}

}  // namespace api
}  // namespace bitbucket::inline v0_1
