#pragma once

#include <chrono>
#include <map>
#include <string>

#include "testing/rest/entities.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

inline constexpr const char* refs_changed_event = "repo:refs_changed";
inline constexpr const char* repository_modified_event = "repo:modified";

/// Refs and what they point to, as pushes report it (a tag object, else the commit).
using RefSnapshot = std::map<std::string, git::Ref>;
RefSnapshot snapshot(git::Repository& git);

/// Returns the body of refs_changed_event; null when nothing moved.
Json refs_changed(const Entities& entities, ServedRepository& repository,
                  const GitServerUser& actor, std::chrono::system_clock::time_point time,
                  const std::string& version, const RefSnapshot& before, const RefSnapshot& after);

/// Returns the body of repository_modified_event.
Json repository_modified(const Entities& entities, const GitServerUser& actor,
                         std::chrono::system_clock::time_point time, const std::string& version,
                         const RepositoryFacts& before, const RepositoryFacts& after);

}  // namespace bitbucket::inline v0_1::testing::embedded
