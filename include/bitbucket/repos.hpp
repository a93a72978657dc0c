#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <bitbucket/family.hpp>
#include <bitbucket/ids.hpp>
#include <bitbucket/model/repo.hpp>
#include <bitbucket/paged.hpp>

namespace bitbucket::inline v0_1 {

/// Whether public or private repositories are listed.
enum class Visibility { any, is_public, is_private };
/// Whether archived repositories are listed.
enum class ArchivedFilter { server_default, active, archived, all };

/// Which repositories to list; an empty member does not filter.
struct RepoFilter {
  std::string name = {};          ///< text that the name contains
  std::string project_name = {};  ///< text that the project's name contains
  /// Key of one project.  An unknown key lists nothing, and an old server may ignore this filter;
  /// Repos::list_in_project() has neither problem.
  std::string project_key = {};
  std::string permission = {};              ///< "REPO_READ", "REPO_WRITE", "REPO_ADMIN"
  Visibility visibility = Visibility::any;  ///< public or private
  std::string state = {};                   ///< "AVAILABLE", ...
  ArchivedFilter archived = ArchivedFilter::server_default;  ///< from version 8.0 on
};

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

 private:
  using Family::Family;
  friend class BitbucketServer;
};

}  // namespace bitbucket::inline v0_1
