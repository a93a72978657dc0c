#include "tracking/staging.hpp"

#include <array>
#include <string_view>

#include <bitbucket/error.hpp>
#include <bitbucket/tracking/store_error.hpp>

#include "tracking/repositories.hpp"
#include "tracking/stager.hpp"

namespace bitbucket::inline v0_1::tracking {
namespace {

// {key} identifies the rows of a table.
constexpr std::array<std::string_view, 6> staging_tables = {
    "given_commits (position {key}, repository BIGINT NOT NULL, hash TEXT NOT NULL, message TEXT, "
    "author BIGINT, time BIGINT, has_files BIGINT NOT NULL, has_issues BIGINT NOT NULL)",
    "given_repositories (number {key}, external_id TEXT NOT NULL, name TEXT NOT NULL, "
    "repository_id BIGINT)",
    "given_authors (number {key}, email TEXT NOT NULL, name TEXT, time BIGINT NOT NULL, "
    "position BIGINT NOT NULL, author_id BIGINT)",
    "given_files (position BIGINT NOT NULL, path TEXT NOT NULL, type TEXT NOT NULL)",
    "staged_commits (position {key}, place BIGINT NOT NULL, repository_id BIGINT NOT NULL, "
    "hash TEXT NOT NULL, commit_id BIGINT NOT NULL, is_new BIGINT NOT NULL, "
    "has_issues BIGINT NOT NULL, author BIGINT, stored_author_id BIGINT, "
    "writes_files BIGINT NOT NULL)",
    "staged_issues (position BIGINT NOT NULL, issue TEXT NOT NULL)"};

/// The tables stay as long as the connection does, because PostgreSQL's catalogues grow with each
/// table that is created.
void create_once(Session& session) {
  if (session.staging_tables().exist) return;
  for (const std::string_view table : staging_tables) {
    std::string text(table);
    // SQLite finds rows by their key; PostgreSQL joins with hash tables, which need no index.
    if (const auto at = text.find("{key}"); at != std::string::npos)
      text.replace(at, 5, session.is_sqlite() ? "INTEGER PRIMARY KEY" : "BIGINT NOT NULL");
    session.execute("CREATE TEMPORARY TABLE " + text);
  }
  if (!session.is_sqlite())
    session.staging_tables().commit_ids =
        session.row("SELECT quote_literal(pg_get_serial_sequence('commits', 'id'))").at(0).value();
  session.staging_tables().exist = true;  // a connection that fails is not used again
}

/// Finds the repository that is attached with the given id, or else the one with the given name.
/// Returns whether all were found.
bool find_repositories(Session& session) {
  const std::string update =
      "UPDATE given_repositories SET repository_id = COALESCE("
      "(SELECT id FROM repositories WHERE external_id = given_repositories.external_id "
      "AND attached = 1), "
      "(SELECT id FROM repositories WHERE name = given_repositories.name" +
      first_with_name(session) + ")) WHERE repository_id IS NULL";
  if (!session.is_sqlite())
    return session.number("WITH found AS (" + update +
                          " RETURNING repository_id) "
                          "SELECT count(*) FROM found WHERE repository_id IS NULL") == 0;
  session.run(update);
  return !session.number("SELECT 1 FROM given_repositories WHERE repository_id IS NULL LIMIT 1");
}

void refuse_unnamed(Session& session) {
  std::string id;
  session.sql() << "SELECT external_id FROM given_repositories "
                   "WHERE repository_id IS NULL AND name = '' LIMIT 1",
      soci::into(id);
  if (session.sql().got_data())
    throw InvalidArgument("no repository with the id \"" + id +
                          "\" is attached: attach it, or set CommitInput::repository");
}

void resolve_repositories(Session& session) {
  if (find_repositories(session)) return;
  refuse_unnamed(session);
  if (!session.is_sqlite()) {
    // Names are not unique, so two writers must not create the same repository at once.
    session.execute("SELECT pg_advisory_xact_lock(hashtextextended('new repositories', 0))");
    find_repositories(session);
  }
  session.execute(
      "INSERT INTO repositories (name, project, slug, url, attached, webhook_secret) "
      "SELECT DISTINCT name, '', '', '', 0, '' FROM given_repositories "
      "WHERE repository_id IS NULL ORDER BY name");
  find_repositories(session);
}

/// Selects each address once, with the name in its newest commit.
const std::string chosen_authors =
    "(SELECT email, name FROM (SELECT email, name, row_number() OVER (PARTITION BY email "
    "ORDER BY CASE WHEN name IS NULL THEN 1 ELSE 0 END, time DESC, position) AS nth "
    "FROM given_authors) AS ranked WHERE nth = 1)";

void rename_authors(Session& session) {
  const std::string renamed =
      chosen_authors +
      " AS chosen WHERE authors.email = chosen.email AND chosen.name IS NOT NULL "
      "AND authors.name IS DISTINCT FROM chosen.name";
  if (session.is_sqlite())
    session.send("UPDATE authors SET name = chosen.name FROM " + renamed);
  else  // locks rows in the same order as every other writer
    session.send("WITH locked AS (SELECT authors.id, chosen.name FROM authors, " + renamed +
                 " ORDER BY authors.id FOR UPDATE OF authors) "
                 "UPDATE authors SET name = locked.name FROM locked WHERE authors.id = locked.id");
}

/// Fills the ids of the authors; with `by_name`, of those who have the given name or were given
/// without one.  Returns whether all were found.
bool find_authors(Session& session, bool by_name) {
  // A subquery, because the planner would read all authors for a join.
  const std::string update =
      "UPDATE given_authors SET author_id = (SELECT id FROM authors AS stored "
      "WHERE stored.email = given_authors.email" +
      std::string(by_name ? " AND (given_authors.name IS NULL OR given_authors.name = stored.name)"
                          : "") +
      ")";
  if (!session.is_sqlite())
    return session.number("WITH found AS (" + update +
                          " RETURNING author_id) "
                          "SELECT count(*) FROM found WHERE author_id IS NULL") == 0;
  session.run(update);
  return !session.number("SELECT 1 FROM given_authors WHERE author_id IS NULL LIMIT 1");
}

void resolve_authors(Session& session, AuthorRule rule) {
  const bool renames = rule == AuthorRule::release;
  if (find_authors(session, renames)) return;
  session.send("INSERT INTO authors (email, name) SELECT email, name FROM " + chosen_authors +
               " AS chosen WHERE NOT EXISTS (SELECT 1 FROM authors WHERE authors.email = "
               "chosen.email) ORDER BY email" +
               by_bytes(session) + " ON CONFLICT (email) DO NOTHING");
  if (renames) rename_authors(session);
  find_authors(session, false);
}

/// Sorts by time, the newest first; commits without a time keep their place.  Of two rows of one
/// commit, the newest counts.  Returns the number of different commits.
long long order_commits(Session& session, bool many) {
  const std::string statement =
      "INSERT INTO staged_commits (position, place, repository_id, hash, commit_id, is_new, "
      "has_issues, author, writes_files) "
      "SELECT position, place, repository_id, hash, " +
      (session.is_sqlite()
           ? "place + $1"
           : "nextval(CAST(" + session.staging_tables().commit_ids + " AS REGCLASS))") +
      ", 1, has_issues, author, has_files FROM ("
      "SELECT position, row_number() OVER (ORDER BY sort_time DESC, position) - 1 AS place, "
      "repository_id, hash, has_issues, author, has_files FROM ("
      "SELECT given.*, repository_id, COALESCE(time, 0) AS sort_time, row_number() OVER ("
      "PARTITION BY repository_id, hash ORDER BY COALESCE(time, 0) DESC, position) AS nth "
      "FROM given_commits AS given JOIN given_repositories ON number = repository) AS ranked "
      "WHERE nth = 1) AS sorted";
  if (!session.is_sqlite()) {
    const long long staged = session.run(statement);
    if (many) session.execute("ANALYZE staged_commits");
    return staged;
  }
  const auto last =
      session.number("SELECT COALESCE(max(seq), 0) FROM sqlite_sequence WHERE name = 'commits'");
  return session.run(statement, {last.value_or(0) + 1});
}

}  // namespace

std::string by_bytes(const Session& session) { return session.is_sqlite() ? "" : " COLLATE \"C\""; }

Given stage(Session& session, const CommitInputs& commits, AuthorRule rule, bool& begun) {
  // One transaction is faster than one for each row.  It locks nothing but temporary tables.
  session.execute("BEGIN");
  create_once(session);
  if (begun)
    throw StoreError(StoreError::Reason::unavailable,
                     "the connection to the database broke while commits were read, which can be "
                     "read only once; make the call again with all of them");
  begun = true;
  Given given;
  {
    Stager stager(session, rule);
    for (bool more = true; more;) {
      CommitInput commit;
      more = commits(commit);
      if (more) stager.add(commit);
    }
    given = stager.finish();
  }
  // Without ANALYZE, PostgreSQL sorts rows that it could find with a hash table.
  if (given.many && !session.is_sqlite())
    session.execute(
        "ANALYZE given_commits (position, repository, author), given_repositories, given_authors, "
        "given_files (position)");
  session.send("COMMIT");
  return given;
}

long long resolve_staged(Session& session, const Given& given, AuthorRule rule) {
  resolve_repositories(session);
  if (given.authors) resolve_authors(session, rule);
  return order_commits(session, given.many);
}

void clear_staged(Session& session) {
  if (session.is_sqlite()) {
    for (const std::string_view table : staging_tables)
      session.send("DELETE FROM " + std::string(table.substr(0, table.find(' '))));
    return;
  }
  // TRUNCATE creates new files in PostgreSQL, which pays only for large tables; DELETE leaves the
  // deleted rows in the old files.
  constexpr std::size_t large = 2 * 1024 * 1024;
  if (session.staging_tables().bytes > large) {
    session.execute(
        "TRUNCATE given_commits, given_repositories, given_authors, given_files, staged_commits, "
        "staged_issues");
    session.staging_tables().bytes = 0;
    return;
  }
  session.send(
      "WITH commits AS (DELETE FROM given_commits), repositories AS (DELETE FROM "
      "given_repositories), authors AS (DELETE FROM given_authors), files AS (DELETE FROM "
      "given_files), staged AS (DELETE FROM staged_commits) DELETE FROM staged_issues");
}

}  // namespace bitbucket::inline v0_1::tracking
