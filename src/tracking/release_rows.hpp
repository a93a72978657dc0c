#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/tracking/release_store.hpp>

#include "tracking/session.hpp"

namespace bitbucket::inline v0_1::tracking {

/// Returns what writers of a release take turns for, for Database::write().
std::string lock_of(const NewRelease& release);

/// Returns the id of a release, which it creates when it does not exist; sets its `date_released`
/// when `release` has one.  The version has passed check_version().
long long ensure_release(Session& session, const NewRelease& release);

}  // namespace bitbucket::inline v0_1::tracking
