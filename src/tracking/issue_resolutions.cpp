#include "tracking/issue_resolutions.hpp"

#include <string>

namespace bitbucket::inline v0_1::tracking {

void lock_issues(Session& session) {
  // One lock for all issues: a lock for each would take up memory of the server, and a transaction
  // that learns of its issues step by step could not take the locks in order.
  if (!session.is_sqlite())
    session.send("SELECT pg_advisory_xact_lock(hashtextextended('issues', 0))");
}

void clear_issue_tables(Session& session) {
  const std::string create = "CREATE TEMPORARY TABLE IF NOT EXISTS ";
  session.execute(create +
                  "link_changes (added BIGINT NOT NULL, position BIGINT NOT NULL, "
                  "issue TEXT NOT NULL, commit_id BIGINT, repository_id BIGINT, "
                  "pull_request BIGINT, author_id BIGINT)");
  session.execute(create +
                  "lost_resolutions (issue TEXT NOT NULL PRIMARY KEY, type TEXT NOT NULL, "
                  "release_id BIGINT, commit_id BIGINT)");
  session.execute(create +
                  "reasons (issue TEXT NOT NULL PRIMARY KEY, commit_id BIGINT, author_id BIGINT)");
  if (!session.is_sqlite()) {
    session.execute("TRUNCATE link_changes, lost_resolutions, reasons");
    return;
  }
  for (const char* table : {"link_changes", "lost_resolutions", "reasons"})
    session.execute(std::string("DELETE FROM ") + table);
}

void write_link_events(Session& session, bool added, long long now) {
  const long long wanted = added ? 1 : 0;
  const std::string type = added ? "referenced" : "unlinked";
  session.sql() << "INSERT INTO issue_events (type, issue, repository_id, pull_request, commit_id, "
                   "author_id, happened_at) "
                   "SELECT CAST(:type AS TEXT), issue, repository_id, pull_request, commit_id, "
                   "author_id, CAST(:now AS BIGINT) FROM link_changes WHERE added = :added "
                   "ORDER BY position, issue",
      soci::use(type), soci::use(now), soci::use(wanted);
}

void settle_lost_resolutions(Session& session, long long now) {
  session.execute(
      "INSERT INTO reasons (issue, commit_id, author_id) "
      "SELECT issue, commit_id, author_id FROM (SELECT issue, commit_id, author_id, row_number() "
      "OVER (PARTITION BY issue ORDER BY position, by_pull_request, commit_id DESC) AS place FROM ("
      "SELECT x.issue, c.id AS commit_id, c.author_id, rc.position, 0 AS by_pull_request "
      "FROM lost_resolutions x JOIN issue_links l ON l.issue = x.issue "
      "JOIN release_commits rc ON rc.commit_id = l.commit_id AND rc.release_id = x.release_id "
      "JOIN commits c ON c.id = l.commit_id WHERE x.type = 'in_release' "
      "UNION ALL "
      "SELECT x.issue, c.id, p.author_id, rc.position, 1 "
      "FROM lost_resolutions x JOIN pull_request_links p ON p.issue = x.issue "
      "JOIN commits c ON c.repository_id = p.repository_id AND c.hash = p.merge_commit "
      "JOIN release_commits rc ON rc.commit_id = c.id AND rc.release_id = x.release_id "
      "WHERE x.type = 'in_release' "
      "UNION ALL "
      "SELECT x.issue, c.id, c.author_id, -1 - c.date_added, 0 "
      "FROM lost_resolutions x JOIN issue_links l ON l.issue = x.issue "
      "JOIN commits c ON c.id = l.commit_id WHERE x.type = 'in_commit'"
      ") AS candidates) AS ranked WHERE place = 1");
  session.execute(
      "UPDATE resolutions SET (commit_id, author_id) = (SELECT t.commit_id, t.author_id "
      "FROM reasons t WHERE t.issue = resolutions.issue) "
      "WHERE issue IN (SELECT issue FROM reasons)");
  session.sql() << "INSERT INTO issue_events (type, issue, release_id, repository_id, commit_id, "
                   "author_id, happened_at) "
                   "SELECT 'reopened', x.issue, x.release_id, c.repository_id, c.id, c.author_id, "
                   "CAST(:now AS BIGINT) FROM lost_resolutions x "
                   "LEFT JOIN commits c ON c.id = x.commit_id "
                   "WHERE NOT EXISTS (SELECT 1 FROM reasons t WHERE t.issue = x.issue) "
                   "ORDER BY x.issue",
      soci::use(now);
  session.execute(
      "DELETE FROM resolutions WHERE issue IN (SELECT x.issue FROM lost_resolutions x "
      "WHERE NOT EXISTS (SELECT 1 FROM reasons t WHERE t.issue = x.issue))");
  session.execute("DELETE FROM reasons");
}

void resolve_by_commit(Session& session, long long now) {
  session.execute(
      "INSERT INTO reasons (issue, commit_id, author_id) "
      "SELECT issue, commit_id, author_id FROM (SELECT c.issue, c.commit_id, c.author_id, "
      "row_number() OVER (PARTITION BY c.issue ORDER BY c.position) AS place "
      "FROM link_changes c WHERE c.added = 1 AND NOT EXISTS "
      "(SELECT 1 FROM resolutions r WHERE r.issue = c.issue)) AS ranked WHERE place = 1");
  session.sql() << "INSERT INTO issue_events (type, issue, repository_id, commit_id, author_id, "
                   "happened_at) "
                   "SELECT 'resolved', t.issue, c.repository_id, t.commit_id, t.author_id, "
                   "CAST(:now AS BIGINT) FROM reasons t JOIN commits c ON c.id = t.commit_id "
                   "ORDER BY t.issue",
      soci::use(now);
  session.sql() << "INSERT INTO resolutions (issue, type, commit_id, author_id, resolved_at) "
                   "SELECT issue, 'in_commit', commit_id, author_id, CAST(:now AS BIGINT) "
                   "FROM reasons",
      soci::use(now);
  session.execute("DELETE FROM reasons");
}

void resolve_by_reasons(Session& session, long long release_id, long long now) {
  session.sql() << "INSERT INTO issue_events (type, issue, release_id, repository_id, commit_id, "
                   "author_id, happened_at) "
                   "SELECT 'resolved', t.issue, CAST(:release AS BIGINT), c.repository_id, "
                   "t.commit_id, t.author_id, CAST(:now AS BIGINT) FROM reasons t "
                   "LEFT JOIN commits c ON c.id = t.commit_id "
                   "LEFT JOIN resolutions r ON r.issue = t.issue AND r.type = 'in_release' "
                   "AND r.release_id = :release2 WHERE r.issue IS NULL ORDER BY t.issue",
      soci::use(release_id), soci::use(now), soci::use(release_id);
  session.sql()
      << "INSERT INTO resolutions (issue, type, release_id, commit_id, author_id, resolved_at) "
         "SELECT issue, 'in_release', CAST(:release AS BIGINT), commit_id, author_id, "
         "CAST(:now AS BIGINT) FROM reasons WHERE TRUE "
         "ON CONFLICT (issue) DO UPDATE SET resolved_at = CASE "
         "WHEN resolutions.type = 'in_release' AND resolutions.release_id = excluded.release_id "
         "THEN resolutions.resolved_at ELSE excluded.resolved_at END, "
         "type = excluded.type, release_id = excluded.release_id, "
         "commit_id = excluded.commit_id, author_id = excluded.author_id",
      soci::use(release_id), soci::use(now);
  session.execute("DELETE FROM reasons");
}

}  // namespace bitbucket::inline v0_1::tracking
