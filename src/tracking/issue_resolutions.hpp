#pragma once

#include "tracking/session.hpp"

// How issues are resolved and reopened; steps of a transaction that has the lock of all issues.

namespace bitbucket::inline v0_1::tracking {

/// Waits for other transactions that write issues.  Nothing else may be locked after this.
void lock_issues(Session& session);

/// Creates and empties the temporary tables of this header and of issue_links.cpp:
///   link_changes      the links that were added (added = 1) or removed (added = 0)
///   lost_resolutions  resolutions whose commit no longer says that it resolves the issue
///   reasons           why an issue is resolved: a commit, and who resolved it
void clear_issue_tables(Session& session);

/// Writes an event for each row of link_changes with this value of `added`.
void write_link_events(Session& session, bool added, long long now);

/// Gives each of lost_resolutions another commit of the same release, or for in_commit any other
/// commit, that resolves the issue.  Reopens the issue when there is none.
void settle_lost_resolutions(Session& session, long long now);

/// Resolves each open issue that has new links by the newest commit with such a link.
void resolve_by_commit(Session& session, long long now);

/// Resolves the issues of `reasons` in a release.  An issue that is resolved in it already gets no
/// event.
void resolve_by_reasons(Session& session, long long release_id, long long now);

}  // namespace bitbucket::inline v0_1::tracking
