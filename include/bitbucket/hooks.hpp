#pragma once

#include <string>

#include <bitbucket/family.hpp>
#include <bitbucket/ids.hpp>
#include <bitbucket/model/hook.hpp>
#include <bitbucket/paged.hpp>

namespace bitbucket::inline v0_1 {

/// Webhooks of a repository.
class BITBUCKET_EXPORT Hooks : public Family {
 public:
  /// Lists the webhooks.  GET /rest/api/1.0/projects/{project}/repos/{repo}/webhooks
  [[nodiscard]] Paged<Hook> list(const RepoRef& repo) const;
  /// Creates a webhook.  POST /rest/api/1.0/projects/{project}/repos/{repo}/webhooks
  Hook create(const RepoRef& repo, const NewHook& hook) const;
  /// Returns one webhook.  GET /rest/api/1.0/projects/{project}/repos/{repo}/webhooks/{webhook}
  [[nodiscard]] Hook get(const RepoRef& repo, HookId id) const;
  /// Changes what `update` names.  It reads the webhook and writes it back whole, because the
  /// server replaces the webhook.  PUT
  /// /rest/api/1.0/projects/{project}/repos/{repo}/webhooks/{webhook}
  Hook update(const RepoRef& repo, HookId id, const HookUpdate& update) const;
  /// Removes a webhook.  DELETE /rest/api/1.0/projects/{project}/repos/{repo}/webhooks/{webhook}
  void remove(const RepoRef& repo, HookId id) const;
  /// Makes the server send a `diagnostics:ping` to `url` and returns what that URL answered.
  /// POST /rest/api/1.0/projects/{project}/repos/{repo}/webhooks/test
  HookTestResult test(const RepoRef& repo, const std::string& url) const;

 private:
  using Family::Family;
  friend class BitbucketServer;
};

}  // namespace bitbucket::inline v0_1
