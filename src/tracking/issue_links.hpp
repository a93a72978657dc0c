#pragma once

#include <string>
#include <string_view>

#include <bitbucket/tracking/commit_store.hpp>

#include "tracking/session.hpp"

// What commits and releases do to issues, inside the transaction of the caller.  The functions that
// write take the lock of all issues on PostgreSQL (SQLite has one writer anyway) and keep it until
// the transaction ends, so that events have their final order.  The caller calls them last, after
// all other rows that another transaction may write too: commits, authors, the commits of the
// release.  The order of the calls is start_release, write_issue_links, resolve_issues_of_release.

namespace bitbucket::inline v0_1::tracking {

/// Throws InvalidArgument unless `issue` has 1 to 200 characters of UTF-8 and no NUL.
void check_issue(std::string_view issue);

/// Replaces the links of the staged commits with has_issues = 1 by the staged issues, and writes
/// the events.  Needs the temporary tables staged_commits (position, commit_id, is_new, has_issues)
/// and staged_issues (position, issue), and stored commits.
void write_issue_links(Session& session, ResolvePolicy policy, long long now);

/// Resolves the issues of the commits of a release, and of the pull requests whose merge commit is
/// one of them.
void resolve_issues_of_release(Session& session, long long release_id, long long now);

/// Selects the issues that wait for the next release.
inline const std::string waiting_issues = "FROM resolutions WHERE type = 'in_next_release'";

/// Resolves the issues that wait for the next release in a release that was just created.
void start_release(Session& session, long long release_id, long long now);

}  // namespace bitbucket::inline v0_1::tracking
