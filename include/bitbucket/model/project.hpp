#pragma once

#include <cstdint>
#include <string>

#include <bitbucket/boxed.hpp>
#include <bitbucket/model/common.hpp>

namespace bitbucket::inline v0_1 {

enum class ProjectType { unknown, normal, personal };
BITBUCKET_EXPORT EnumNames<ProjectType> names(ProjectType);

/// A project, which holds repositories.
struct Project {
  std::string key;  ///< "~slug" for a personal project
  std::int64_t id = 0;
  std::string name;
  std::string description;
  bool is_public = false;
  Open<ProjectType> type;
  std::string scope;
  Boxed<User> owner;  ///< of a personal project
  Links links;
  std::string avatar_url;
  friend bool operator==(const Project&, const Project&) = default;
};

}  // namespace bitbucket::inline v0_1
