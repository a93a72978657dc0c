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
  /// Changes the members that `update` sets and returns the updated repository.  A new name also
  /// changes the slug, and the old slug is a 404 from then on.  A name that is taken is a 409, and
  /// so is an archived repository unless `update` sets `archived` to false.
  /// PUT /rest/api/1.0/projects/{project}/repos/{repo}
  Repo update(const RepoRef& repo, const RepoUpdate& update) const;

 private:
  using Family::Family;
  friend class BitbucketServer;
};

}  // namespace bitbucket::inline v0_1
