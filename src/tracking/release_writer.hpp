#pragma once

#include <bitbucket/tracking/release_store.hpp>

#include "tracking/staging.hpp"

namespace bitbucket::inline v0_1::tracking {

/// Writes the staged commits, and makes them the commits of a release.
StoredRelease write_release(Session& session, const NewRelease& release, const Given& given,
                            const ReleaseParts& parts);

}  // namespace bitbucket::inline v0_1::tracking
