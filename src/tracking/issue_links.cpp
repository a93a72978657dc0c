#include "tracking/issue_links.hpp"

#include <string>
#include <vector>

#include <bitbucket/error.hpp>

#include "tracking/issue_resolutions.hpp"
#include "tracking/release_dates.hpp"
#include "tracking/text.hpp"

namespace bitbucket::inline v0_1::tracking {
namespace {

constexpr std::size_t longest_issue = 200;

bool finds_a_row(Session& session, const std::string& statement) {
  return session.number(statement).has_value();
}

/// Returns whether the staged commits have links or could lose some.
bool touches_links(Session& session) {
  return finds_a_row(session, "SELECT 1 FROM staged_issues LIMIT 1") ||
         finds_a_row(session,
                     "SELECT 1 FROM staged_commits s JOIN issue_links l ON l.commit_id = "
                     "s.commit_id WHERE s.has_issues = 1 AND s.is_new = 0 LIMIT 1");
}

/// Fills link_changes with the links that the staged commits add and remove.
void find_link_changes(Session& session) {
  session.execute(
      "CREATE TEMPORARY TABLE IF NOT EXISTS wanted_links (commit_id BIGINT NOT NULL, "
      "issue TEXT NOT NULL, position BIGINT NOT NULL, PRIMARY KEY (commit_id, issue))");
  session.execute(session.is_sqlite() ? "DELETE FROM wanted_links" : "TRUNCATE wanted_links");
  session.execute(
      "INSERT INTO wanted_links (commit_id, issue, position) "
      "SELECT s.commit_id, i.issue, min(s.position) FROM staged_issues i "
      "JOIN staged_commits s ON s.position = i.position WHERE s.has_issues = 1 "
      "GROUP BY s.commit_id, i.issue");
  session.execute(
      "INSERT INTO link_changes (added, position, issue, commit_id, repository_id, author_id) "
      "SELECT 1, w.position, w.issue, c.id, c.repository_id, c.author_id FROM wanted_links w "
      "JOIN commits c ON c.id = w.commit_id LEFT JOIN issue_links l "
      "ON l.commit_id = w.commit_id AND l.issue = w.issue WHERE l.issue IS NULL");
  session.execute(
      "INSERT INTO link_changes (added, position, issue, commit_id, repository_id, author_id) "
      "SELECT 0, min(s.position), l.issue, c.id, c.repository_id, c.author_id "
      "FROM staged_commits s JOIN issue_links l ON l.commit_id = s.commit_id "
      "JOIN commits c ON c.id = s.commit_id LEFT JOIN wanted_links w "
      "ON w.commit_id = l.commit_id AND w.issue = l.issue "
      "WHERE s.has_issues = 1 AND s.is_new = 0 AND w.issue IS NULL "
      "GROUP BY l.issue, c.id, c.repository_id, c.author_id");
}

}  // namespace

void check_issue(std::string_view issue) {
  check_text(issue, "the key of an issue");
  const std::size_t characters = count_characters(issue);
  if (characters < 1 || characters > longest_issue)
    throw InvalidArgument("the key of an issue has " + std::to_string(characters) +
                          " characters; it must have 1 to " + std::to_string(longest_issue));
}

void write_issue_links(Session& session, ResolvePolicy policy, long long now) {
  if (!touches_links(session)) return;
  clear_issue_tables(session);
  lock_issues(session);
  find_link_changes(session);
  const bool removes = finds_a_row(session, "SELECT 1 FROM link_changes WHERE added = 0 LIMIT 1");
  // The new links come first: they may resolve what the old ones no longer do.
  session.execute(
      "INSERT INTO issue_links (issue, commit_id) "
      "SELECT issue, commit_id FROM link_changes WHERE added = 1");
  if (removes) {
    session.execute(
        "DELETE FROM issue_links WHERE (commit_id, issue) IN "
        "(SELECT commit_id, issue FROM link_changes WHERE added = 0)");
    session.execute(
        "INSERT INTO lost_resolutions (issue, type, release_id, commit_id) "
        "SELECT r.issue, r.type, r.release_id, r.commit_id FROM link_changes c "
        "JOIN resolutions r ON r.issue = c.issue AND r.commit_id = c.commit_id "
        "WHERE c.added = 0");
    write_link_events(session, false, now);
    settle_lost_resolutions(session, now);
  }
  write_link_events(session, true, now);
  if (policy == ResolvePolicy::on_commit) resolve_by_commit(session, now);
}

void resolve_issues_of_release(Session& session, long long release_id, long long now) {
  lock_issues(session);  // a pull request may be about to get its links
  const long long kinds =
      session
          .number(
              "SELECT CASE WHEN EXISTS (SELECT 1 FROM issue_links) THEN 1 ELSE 0 END + "
              "CASE WHEN EXISTS (SELECT 1 FROM pull_request_links) THEN 2 ELSE 0 END")
          .value();
  if (kinds == 0) return;
  const bool has_pull_requests = kinds >= 2;
  clear_issue_tables(session);
  std::string candidates =
      "SELECT l.issue, c.id AS commit_id, c.author_id, rc.position, 0 AS by_pull_request "
      "FROM release_commits rc JOIN issue_links l ON l.commit_id = rc.commit_id "
      "JOIN commits c ON c.id = rc.commit_id WHERE rc.release_id = :release";
  if (has_pull_requests)
    candidates +=
        " UNION ALL SELECT p.issue, c.id, p.author_id, rc.position, 1 "
        "FROM release_commits rc JOIN commits c ON c.id = rc.commit_id "
        "JOIN pull_request_links p ON p.merge_commit = c.hash "
        "AND p.repository_id = c.repository_id WHERE rc.release_id = :same_release";
  const std::string statement =
      "INSERT INTO reasons (issue, commit_id, author_id) "
      "SELECT issue, commit_id, author_id FROM (SELECT issue, commit_id, author_id, row_number() "
      "OVER (PARTITION BY issue ORDER BY position, by_pull_request) AS place FROM (" +
      candidates + ") AS candidates) AS ranked WHERE place = 1";
  if (has_pull_requests)
    session.sql() << statement, soci::use(release_id), soci::use(release_id);
  else
    session.sql() << statement, soci::use(release_id);
  resolve_by_reasons(session, release_id, now);
}

void start_release(Session& session, long long release_id, long long now) {
  lock_issues(session);
  const ReleaseDate started = release_date(session, release_id);
  for (const ReleaseDate& earlier : releases_that_issues_wait_for(session)) {
    if (earlier.id != 0 && !is_later(started, earlier)) continue;
    session.sql() << "INSERT INTO issue_events (type, issue, release_id, author_id, happened_at) "
                     "SELECT 'resolved', issue, CAST(:release AS BIGINT), author_id, "
                     "CAST(:now AS BIGINT) " +
                         waiting_issues + " AND coalesce(release_id, 0) = :earlier ORDER BY issue",
        soci::use(release_id), soci::use(now), soci::use(earlier.id);
    session.sql() << "UPDATE resolutions SET type = 'in_release', release_id = :release, "
                     "resolved_at = :now WHERE type = 'in_next_release' "
                     "AND coalesce(release_id, 0) = :earlier",
        soci::use(release_id), soci::use(now), soci::use(earlier.id);
  }
}

}  // namespace bitbucket::inline v0_1::tracking
