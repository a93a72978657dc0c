#pragma once

#include <bitbucket/tracking/commit_store.hpp>

#include "tracking/staging.hpp"

namespace bitbucket::inline v0_1::tracking {

/// Stores the staged commits that are not stored yet, with their files.  Writes to staged_commits
/// which ones are new, and the ids of the others.
AddedCommits insert_commits(Session& session, long long staged, long long now);

/// Stores what is given of the staged commits that were stored before; rows that are equal stay
/// untouched.  Files that are stored never change.
void update_commits(Session& session);

/// Stores what was not known of the staged commits that were stored before, and removes from
/// staged_commits those whose message was known.  Writes files like insert_files().
void complete_commits(Session& session, const Given& given);

/// Stores the files of the staged commits whose files were not stored.
void insert_files(Session& session, const Given& given);

}  // namespace bitbucket::inline v0_1::tracking
