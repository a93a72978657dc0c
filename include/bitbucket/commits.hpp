#pragma once

#include <cstddef>
#include <vector>

#include <bitbucket/family.hpp>
#include <bitbucket/ids.hpp>
#include <bitbucket/model/change.hpp>
#include <bitbucket/model/commit.hpp>
#include <bitbucket/paged.hpp>

namespace bitbucket::inline v0_1 {

/// Commits and what they changed.
class BITBUCKET_EXPORT Commits : public Family {
 public:
  /// Lists the commits reachable from `until` but not from `since`, newest first.  A repository
  /// without a default branch gives a 404 (NoDefaultBranchException) unless `until` is set.
  /// GET /rest/api/1.0/projects/{project}/repos/{repo}/commits
  [[nodiscard]] Paged<Commit> list(const RepoRef& repo, const CommitFilter& filter = {}) const;
  /// Returns the newest `n` commits, by default of the default branch, in as few pages as the
  /// server allows; none when the repository is empty. GET
  /// /rest/api/1.0/projects/{project}/repos/{repo}/commits
  [[nodiscard]] std::vector<Commit> last(const RepoRef& repo, std::size_t n,
                                         const CommitFilter& filter = {}) const;
  /// Returns one commit.  GET /rest/api/1.0/projects/{project}/repos/{repo}/commits/{commit}
  [[nodiscard]] Commit get(const RepoRef& repo, const CommitId& id) const;
  /// Lists the files that a commit changed compared with its first parent.  A server may stop after
  /// a configured number of files (1000 by default) without saying so. GET
  /// /rest/api/1.0/projects/{project}/repos/{repo}/commits/{commit}/changes
  [[nodiscard]] Paged<Change> changes(const RepoRef& repo, const CommitId& id) const;

 private:
  using Family::Family;
  friend class BitbucketServer;
};

}  // namespace bitbucket::inline v0_1
