#pragma once

#include <cstdint>
#include <string>

#include <bitbucket/boxed.hpp>
#include <bitbucket/ids.hpp>
#include <bitbucket/model/common.hpp>
#include <bitbucket/model/project.hpp>

namespace bitbucket::inline v0_1 {

enum class RepoState { unknown, available, initialising, initialisation_failed, offline };
BITBUCKET_EXPORT EnumNames<RepoState> names(RepoState);

/// A repository.
struct Repo {
  std::string slug;
  std::int64_t id = 0;
  std::string name;  ///< for people; may differ from the slug
  std::string description;
  std::string hierarchy_id;  ///< shared by all forks of one tree
  std::string scm_id;
  Open<RepoState> state;
  std::string status_message;
  bool forkable = false;
  bool is_public = false;
  bool archived = false;  ///< false before version 8.0
  Project project;
  Boxed<Repo> origin;  ///< the parent of a fork
  std::string default_branch;
  std::int64_t partition = 0;
  std::string scope;
  RawJson related_links;
  Links links;

  /// Returns "PRJ/demo", which RepoRef parses.
  [[nodiscard]] std::string full_name() const { return project.key + '/' + slug; }
  [[nodiscard]] RepoRef ref() const { return {project.key, slug}; }
  operator RepoRef() const { return ref(); }  // NOLINT: a repository names itself
  /// Returns the clone address for "http" or "ssh"; empty when the server offers none.
  [[nodiscard]] std::string_view clone_url(std::string_view protocol = "http") const noexcept {
    return links.find("clone", protocol);
  }
  friend bool operator==(const Repo&, const Repo&) = default;
};

}  // namespace bitbucket::inline v0_1
