#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tracking/session.hpp"

namespace bitbucket::inline v0_1::tracking {

/// What decides which of two releases is later.
struct ReleaseDate {
  long long id = 0;     ///< grows with the order of creation; 0: there is no release
  std::string version;  ///< "1.2.0"
  long long date = 0;   ///< when it went out, or else when it was created; milliseconds
};

/// Returns whether `a` comes after `b`: by semantic version when both have one, or else by date,
/// and of two with the same date by creation.
bool is_later(const ReleaseDate& a, const ReleaseDate& b);

/// Returns a release that exists.
ReleaseDate release_date(Session& session, long long release_id);
/// Returns a release, or nothing.
std::optional<ReleaseDate> find_release_date(Session& session, const std::string& version);
/// Returns all releases.
std::vector<ReleaseDate> all_release_dates(Session& session);
/// Returns the releases after which issues are to be resolved; the one without id stands for
/// issues that were resolved when there was no release.
std::vector<ReleaseDate> releases_that_issues_wait_for(Session& session);

}  // namespace bitbucket::inline v0_1::tracking
