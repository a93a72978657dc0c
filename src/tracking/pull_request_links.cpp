#include "tracking/pull_request_links.hpp"

#include <string>

#include <bitbucket/error.hpp>

#include "tracking/commit_author.hpp"
#include "tracking/issue_links.hpp"
#include "tracking/issue_resolutions.hpp"
#include "tracking/text.hpp"

namespace bitbucket::inline v0_1::tracking {
namespace {

constexpr std::size_t longest_commit = 64;

/// A pull request while its links are written.
struct PullRequest {
  long long repository = 0;
  long long number = 0;
  std::string merge_commit;
  long long author = 0;  ///< 0: none
};

long long attached_repository(Session& session, const std::string& external_id) {
  long long id = 0;
  session.sql() << "SELECT id FROM repositories WHERE external_id = :external_id AND attached = 1",
      soci::use(external_id), soci::into(id);
  if (!session.sql().got_data())
    throw InvalidArgument("no repository with the id " + external_id +
                          " is attached; attach it before you store its pull requests");
  return id;
}

/// Stores the author like that of a pushed commit, and returns the id; 0 for an author without an
/// address.
long long store_author(Session& session, const CommitAuthor& given) {
  const auto author =
      author_of({.author_name = given.name, .author_email = given.email}, AuthorRule::push);
  if (!author) return 0;
  long long id = 0;
  session.sql() << "INSERT INTO authors (email, name) VALUES (:email, :name) "
                   "ON CONFLICT (email) DO NOTHING",
      soci::use(author->email), soci::use(author->name.value());
  session.sql() << "SELECT id FROM authors WHERE email = :email", soci::use(author->email),
      soci::into(id);
  return id;
}

/// Fills wanted_issues with the issues; is_new says that the link to this merge commit is new.
void stage_issues(Session& session, const PullRequestLink& link, const PullRequest& request) {
  session.execute(
      "CREATE TEMPORARY TABLE IF NOT EXISTS wanted_issues (issue TEXT NOT NULL PRIMARY KEY, "
      "is_new BIGINT NOT NULL)");
  session.execute(session.is_sqlite() ? "DELETE FROM wanted_issues" : "TRUNCATE wanted_issues");
  std::string issue;
  soci::statement insert =
      (session.sql().prepare << "INSERT INTO wanted_issues (issue, is_new) VALUES (:issue, 1) "
                                "ON CONFLICT (issue) DO NOTHING",
       soci::use(issue));
  for (const std::string& each : link.issues) {
    issue = each;
    insert.execute(true);
  }
  session.sql() << "UPDATE wanted_issues SET is_new = 0 WHERE issue IN (SELECT issue "
                   "FROM pull_request_links WHERE repository_id = :repository "
                   "AND number = :number AND merge_commit = :merge_commit)",
      soci::use(request.repository), soci::use(request.number), soci::use(request.merge_commit);
}

/// Fills link_changes with what the pull request adds and takes away.
void find_changes(Session& session, const PullRequest& request) {
  const std::string columns =
      "INSERT INTO link_changes (added, position, issue, commit_id, repository_id, pull_request, "
      "author_id) ";
  session.sql()
      << columns +
             "SELECT 0, 0, p.issue, c.id, p.repository_id, p.number, p.author_id "
             "FROM pull_request_links p LEFT JOIN commits c ON c.repository_id = p.repository_id "
             "AND c.hash = p.merge_commit LEFT JOIN wanted_issues w ON w.issue = p.issue "
             "WHERE p.repository_id = :repository AND p.number = :number AND w.issue IS NULL",
      soci::use(request.repository), soci::use(request.number);
  session.sql()
      << columns +
             "SELECT 1, 1, w.issue, c.id, CAST(:repository AS BIGINT), CAST(:number AS BIGINT), "
             "nullif(CAST(:author AS BIGINT), 0) FROM wanted_issues w "
             "LEFT JOIN commits c ON c.repository_id = :repository2 AND c.hash = :merge_commit "
             "LEFT JOIN pull_request_links p ON p.repository_id = :repository3 "
             "AND p.number = :number2 AND p.issue = w.issue WHERE p.issue IS NULL",
      soci::use(request.repository), soci::use(request.number), soci::use(request.author),
      soci::use(request.repository), soci::use(request.merge_commit), soci::use(request.repository),
      soci::use(request.number);
}

/// Fills lost_resolutions with what the old merge commit resolved, where the link is gone or the
/// merge commit is another one.
void find_lost(Session& session, const PullRequest& request) {
  session.sql()
      << "INSERT INTO lost_resolutions (issue, type, release_id, commit_id) "
         "SELECT r.issue, r.type, r.release_id, r.commit_id FROM pull_request_links p "
         "JOIN commits c ON c.repository_id = p.repository_id AND c.hash = p.merge_commit "
         "JOIN resolutions r ON r.issue = p.issue AND r.commit_id = c.id "
         "LEFT JOIN wanted_issues w ON w.issue = p.issue "
         "WHERE p.repository_id = :repository AND p.number = :number "
         "AND (w.issue IS NULL OR p.merge_commit <> :merge_commit)",
      soci::use(request.repository), soci::use(request.number), soci::use(request.merge_commit);
}

void replace_links(Session& session, const PullRequest& request) {
  session.sql() << "DELETE FROM pull_request_links WHERE repository_id = :repository "
                   "AND number = :number",
      soci::use(request.repository), soci::use(request.number);
  session.sql()
      << "INSERT INTO pull_request_links (issue, repository_id, number, merge_commit, author_id) "
         "SELECT issue, CAST(:repository AS BIGINT), CAST(:number AS BIGINT), "
         "CAST(:merge_commit AS TEXT), nullif(CAST(:author AS BIGINT), 0) FROM wanted_issues",
      soci::use(request.repository), soci::use(request.number), soci::use(request.merge_commit),
      soci::use(request.author);
}

/// Resolves the issues of new links whose merge commit is in a release already, by the newest such
/// release.  An issue that a release resolves stays as it is.
void resolve_late(Session& session, const PullRequest& request, long long now) {
  long long release = 0;
  session.sql() << "SELECT rc.release_id FROM commits c JOIN release_commits rc "
                   "ON rc.commit_id = c.id WHERE c.repository_id = :repository "
                   "AND c.hash = :merge_commit ORDER BY rc.release_id DESC LIMIT 1",
      soci::use(request.repository), soci::use(request.merge_commit), soci::into(release);
  if (!session.sql().got_data()) return;
  session.sql() << "INSERT INTO reasons (issue, commit_id, author_id) "
                   "SELECT w.issue, c.id, nullif(CAST(:author AS BIGINT), 0) FROM wanted_issues w "
                   "JOIN commits c ON c.repository_id = :repository AND c.hash = :merge_commit "
                   "WHERE w.is_new = 1 AND NOT EXISTS (SELECT 1 FROM resolutions r "
                   "WHERE r.issue = w.issue AND r.type = 'in_release')",
      soci::use(request.author), soci::use(request.repository), soci::use(request.merge_commit);
  resolve_by_reasons(session, release, now);
}

}  // namespace

void check_pull_request(const PullRequestLink& link) {
  check_text(link.external_id, "the id of a repository");
  check_text(link.merge_commit, "the id of a commit");
  if (link.number < 1) throw InvalidArgument("the number of a pull request must be at least 1");
  if (link.merge_commit.size() > longest_commit)
    throw InvalidArgument("the id of the merge commit is longer than " +
                          std::to_string(longest_commit) + " characters");
  for (const std::string& issue : link.issues) check_issue(issue);
}

void write_pull_request_links(Session& session, const PullRequestLink& link, long long now) {
  PullRequest request;
  request.repository = attached_repository(session, link.external_id);
  request.number = link.number;
  request.merge_commit = link.merge_commit;
  if (link.author) request.author = store_author(session, *link.author);
  clear_issue_tables(session);
  lock_issues(session);
  stage_issues(session, link, request);
  find_changes(session, request);
  find_lost(session, request);
  replace_links(session, request);
  write_link_events(session, false, now);
  settle_lost_resolutions(session, now);
  write_link_events(session, true, now);
  resolve_late(session, request, now);
}

}  // namespace bitbucket::inline v0_1::tracking
