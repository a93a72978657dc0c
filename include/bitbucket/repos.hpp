#pragma once

#include <bitbucket/family.hpp>
#include <bitbucket/ids.hpp>
#include <bitbucket/model/repo.hpp>
#include <bitbucket/paged.hpp>

namespace bitbucket::inline v0_1 {

/// Repositories.
class BITBUCKET_EXPORT Repos : public Family {
 public:
  /// Lists the repositories of all projects that this user may see.  GET /rest/api/1.0/repos
  [[nodiscard]] Paged<Repo> list(const RepoFilter& filter = {}) const;
  /// Lists the repositories of one project; an unknown key is a 404 (NoSuchProjectException).
  /// GET /rest/api/1.0/projects/{project}/repos
  [[nodiscard]] Paged<Repo> list_in_project(const ProjectKey& project) const;
  /// Returns one repository.  GET /rest/api/1.0/projects/{project}/repos/{repo}
  [[nodiscard]] Repo get(const RepoRef& repo) const;
  /// Changes what `update` names and returns the repository as it is now.  A new name changes the
  /// slug too, and the old one is a 404 from then on; a name that is taken, or an archived
  /// repository, is a 409.  PUT /rest/api/1.0/projects/{project}/repos/{repo}
  Repo update(const RepoRef& repo, const RepoUpdate& update) const;

 private:
  using Family::Family;
  friend class BitbucketServer;
};

}  // namespace bitbucket::inline v0_1
