#pragma once

#include <cstdint>
#include <string>

#include <bitbucket/boxed.hpp>
#include <bitbucket/model/common.hpp>

namespace bitbucket::inline v0_1 {

/// Whether a project belongs to a team or to one user.
enum class ProjectType { unknown, normal, personal };
BITBUCKET_EXPORT EnumWords<ProjectType> enum_words(ProjectType);

/// A project, which holds repositories.
struct Project {
  std::string key;          ///< "~slug" for a personal project
  std::int64_t id = 0;      ///< unique on this server
  std::string name;         ///< for people
  std::string description;  ///< empty when there is none
  bool is_public = false;   ///< anybody may read it
  Open<ProjectType> type;   ///< belongs to a team or to one user
  std::string scope;        ///< where it is defined
  Boxed<User> owner;        ///< the user of a personal project
  Links links;              ///< to it in the browser
  std::string avatar_url;   ///< empty unless asked for
  friend bool operator==(const Project&, const Project&) = default;
};
BITBUCKET_EXPORT const detail::ModelCodec<Project>& model_codec(const Project*);

}  // namespace bitbucket::inline v0_1
