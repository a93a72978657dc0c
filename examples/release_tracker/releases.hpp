// Which release a push becomes: a tag becomes the release of its name.
#pragma once
#include <string>
#include <vector>

#include "service.hpp"

namespace tracker {

// Makes or updates the release `version`: its newest commit of the repository is `commit`, a tag,
// branch or id.  Its commits of other repositories stay.  Throws Refused when there is no such
// commit.
void set_release(const Connection& connected, const bitbucket::AttachedRepository& repository,
                 const std::string& version, const std::string& commit);

// Makes releases of tags, the oldest first, and returns what went wrong.
std::vector<std::string> set_releases(const Connection& connected,
                                      const bitbucket::AttachedRepository& repository,
                                      const std::vector<std::string>& tags);

// Returns the names of the server's tags that are not releases yet, or that were moved.
std::vector<std::string> new_tags(const Connection& connected,
                                  const bitbucket::TrackingStore& store,
                                  const bitbucket::AttachedRepository& repository);

}  // namespace tracker
