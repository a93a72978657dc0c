#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <bitbucket/boxed.hpp>
#include <bitbucket/ids.hpp>
#include <bitbucket/model/common.hpp>
#include <bitbucket/model/project.hpp>

namespace bitbucket::inline v0_1 {

/// Whether a repository can be used.
enum class RepoState { unknown, available, initialising, initialisation_failed, offline };
BITBUCKET_EXPORT EnumWords<RepoState> enum_words(RepoState);

/// A repository.
struct Repo {
  std::string slug;            ///< identifies the repository in paths
  std::int64_t id = 0;         ///< unique on this server
  std::string name;            ///< for people; may differ from the slug
  std::string description;     ///< empty when there is none
  std::string hierarchy_id;    ///< shared by all forks of one tree
  std::string scm_id;          ///< "git"
  Open<RepoState> state;       ///< whether it can be used
  std::string status_message;  ///< a sentence about the state
  bool forkable = false;       ///< may be forked
  bool is_public = false;      ///< anybody may read it
  bool archived = false;       ///< false before version 8.0
  Project project;             ///< the project that holds it
  Boxed<Repo> origin;          ///< the parent of a fork
  std::string default_branch;  ///< empty where the server leaves it out
  std::int64_t partition = 0;  ///< where the server keeps it
  std::string scope;           ///< where it is defined
  RawJson related_links;       ///< what plugins add
  Links links;                 ///< to it in the browser, and for clones

  /// Returns "PRJ/demo", which RepoRef parses.
  [[nodiscard]] std::string full_name() const { return project.key + '/' + slug; }
  /// Returns the project key and the slug.
  [[nodiscard]] RepoRef ref() const { return {project.key, slug}; }
  /// Returns ref(), so that a Repo can be passed where a RepoRef is expected.
  operator RepoRef() const { return ref(); }  // NOLINT: a repository names itself
  /// Returns the clone address for "http" or "ssh"; empty when the server offers none.
  [[nodiscard]] std::string_view clone_url(std::string_view protocol = "http") const noexcept {
    return links.find("clone", protocol);
  }
  friend bool operator==(const Repo&, const Repo&) = default;
};
BITBUCKET_EXPORT const detail::ModelCodec<Repo>& model_codec(const Repo*);

/// Changes to a repository; a member without a value changes nothing.
struct RepoUpdate {
  std::optional<std::string> name = {};            ///< for people; the slug is derived from it
  std::optional<std::string> description = {};     ///< "" removes it
  std::optional<std::string> project = {};         ///< key of the project to move it to
  std::optional<std::string> default_branch = {};  ///< a branch that exists
  std::optional<bool> forkable = {};               ///< may be forked
  std::optional<bool> is_public = {};              ///< anybody may read it
  std::optional<bool> archived = {};               ///< read-only; from version 8.0 on
  friend bool operator==(const RepoUpdate&, const RepoUpdate&) = default;
};
BITBUCKET_EXPORT const detail::ModelCodec<RepoUpdate>& model_codec(const RepoUpdate*);

/// Which repositories to list; an empty member does not filter.
struct RepoFilter {
  /// What this user may do.
  enum class Permission { any, read, write, admin };
  /// Whether public or private repositories are listed.
  enum class Visibility { any, is_public, is_private };
  /// Whether archived repositories are listed.
  enum class Archived { server_default, active, archived, all };

  std::string name = {};          ///< text that the name contains
  std::string project_name = {};  ///< text that the project's name contains
  /// Key of one project.  An unknown key lists nothing, and an old server may ignore this filter;
  /// Repos::list_in_project() has neither problem.
  std::string project_key = {};
  Permission permission = Permission::any;       ///< what this user may do at least
  Visibility visibility = Visibility::any;       ///< public or private
  Open<RepoState> state = {};                    ///< whether it can be used
  Archived archived = Archived::server_default;  ///< from version 8.0 on
};
BITBUCKET_EXPORT EnumWords<RepoFilter::Permission> enum_words(RepoFilter::Permission);
BITBUCKET_EXPORT EnumWords<RepoFilter::Visibility> enum_words(RepoFilter::Visibility);
BITBUCKET_EXPORT EnumWords<RepoFilter::Archived> enum_words(RepoFilter::Archived);
BITBUCKET_EXPORT void append_query(Parameters& query, const RepoFilter& filter);

}  // namespace bitbucket::inline v0_1
