#pragma once

#include <bitbucket/tracking/release_store.hpp>

#include "tracking/session.hpp"

namespace bitbucket::inline v0_1::tracking {

/// Adds the commits that a release keeps to the tables given_*, and returns whether there are any.
bool give_kept_commits(Session& session, const NewRelease& release, const ReleaseParts& parts);

}  // namespace bitbucket::inline v0_1::tracking
