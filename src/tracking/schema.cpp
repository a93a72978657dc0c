#include "tracking/schema.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/tracking/store_error.hpp>

namespace bitbucket::inline v0_1::tracking {
namespace {

// Integers are BIGINT, because SOCI reads SQLite's INTEGER with 32 bits.  Times are milliseconds
// since 1970.  {id} is a number that grows with each row, {bytes} is binary data.
using Statements = std::vector<std::string_view>;

const Statements& first_schema() {
  static const Statements statements = {
      R"(CREATE TABLE repositories (
           id {id}, external_id TEXT UNIQUE, name TEXT NOT NULL, project TEXT NOT NULL,
           slug TEXT NOT NULL, url TEXT NOT NULL, attached BIGINT NOT NULL, webhook BIGINT,
           webhook_secret TEXT NOT NULL))",
      R"(CREATE INDEX repositories_by_name ON repositories (name))",
      R"(CREATE TABLE branches (
           repository_id BIGINT NOT NULL REFERENCES repositories (id), ref TEXT NOT NULL,
           head TEXT NOT NULL, PRIMARY KEY (repository_id, ref)))",
      R"(CREATE TABLE authors (id {id}, email TEXT NOT NULL UNIQUE, name TEXT))",
      R"(CREATE TABLE commits (
           id {id}, repository_id BIGINT NOT NULL REFERENCES repositories (id), hash TEXT NOT NULL,
           message TEXT, author_id BIGINT REFERENCES authors (id), date_added BIGINT NOT NULL,
           has_files BIGINT NOT NULL, UNIQUE (repository_id, hash)))",
      R"(CREATE TABLE file_changes (
           commit_id BIGINT NOT NULL REFERENCES commits (id), path TEXT NOT NULL,
           type TEXT NOT NULL CHECK (type IN ('A', 'D', 'M')){files_key}))",
      R"(CREATE TABLE releases (
           id {id}, version TEXT NOT NULL UNIQUE, date_added BIGINT NOT NULL, date_released BIGINT,
           commit_count BIGINT NOT NULL, author_count BIGINT NOT NULL,
           last_commit_id BIGINT REFERENCES commits (id)))",
      R"(CREATE INDEX releases_by_date ON releases ((COALESCE(date_released, date_added)), id))",
      R"(CREATE TABLE release_commits (
           release_id BIGINT NOT NULL REFERENCES releases (id),
           commit_id BIGINT NOT NULL REFERENCES commits (id), position BIGINT NOT NULL,
           PRIMARY KEY (release_id, position), UNIQUE (commit_id, release_id)))",
      R"(CREATE TABLE release_heads (
           release_id BIGINT NOT NULL REFERENCES releases (id),
           repository_id BIGINT NOT NULL REFERENCES repositories (id),
           commit_id BIGINT NOT NULL REFERENCES commits (id),
           PRIMARY KEY (repository_id, release_id)))",
      R"(CREATE TABLE issue_links (
           issue TEXT NOT NULL, commit_id BIGINT NOT NULL REFERENCES commits (id),
           PRIMARY KEY (commit_id, issue)))",
      R"(CREATE INDEX issue_links_by_issue ON issue_links (issue))",
      R"(CREATE TABLE pull_request_links (
           issue TEXT NOT NULL, repository_id BIGINT NOT NULL REFERENCES repositories (id),
           number BIGINT NOT NULL, merge_commit TEXT NOT NULL,
           author_id BIGINT REFERENCES authors (id), PRIMARY KEY (repository_id, number, issue)))",
      R"(CREATE INDEX pull_request_links_by_commit ON pull_request_links (merge_commit))",
      R"(CREATE INDEX pull_request_links_by_issue ON pull_request_links (issue))",
      R"(CREATE TABLE resolutions (
           issue TEXT NOT NULL PRIMARY KEY, type TEXT NOT NULL
             CHECK (type IN ('in_release', 'in_next_release', 'in_commit')),
           release_id BIGINT REFERENCES releases (id),
           commit_id BIGINT REFERENCES commits (id), author_id BIGINT REFERENCES authors (id),
           resolved_at BIGINT NOT NULL))",
      R"(CREATE INDEX resolutions_in_next_release ON resolutions (issue)
           WHERE type = 'in_next_release')",
      R"(CREATE TABLE issue_events (
           id {id}, type TEXT NOT NULL
             CHECK (type IN ('referenced', 'resolved', 'reopened', 'unlinked')),
           issue TEXT NOT NULL, release_id BIGINT REFERENCES releases (id),
           repository_id BIGINT REFERENCES repositories (id), pull_request BIGINT,
           commit_id BIGINT REFERENCES commits (id), author_id BIGINT REFERENCES authors (id),
           happened_at BIGINT NOT NULL))",
      R"(CREATE TABLE issue_events_lease (
           id BIGINT PRIMARY KEY CHECK (id = 1), owner TEXT NOT NULL, begins_at BIGINT NOT NULL,
           ends_at BIGINT NOT NULL))",
      R"(INSERT INTO issue_events_lease (id, owner, begins_at, ends_at) VALUES (1, '', 0, 0))",
      R"(CREATE TABLE deliveries (
           id {id}, identity TEXT NOT NULL UNIQUE, request_id TEXT NOT NULL,
           event_key TEXT NOT NULL, received_at BIGINT NOT NULL, attempts BIGINT NOT NULL,
           due_at BIGINT NOT NULL, done BIGINT NOT NULL, body {bytes}))",
      R"(CREATE INDEX deliveries_to_do ON deliveries (id, due_at) WHERE done = 0)",
      R"(CREATE INDEX deliveries_done ON deliveries (id) WHERE done = 1)",
  };
  return statements;
}

/// The migrations in order; each brings the schema from the version of its index to the next one.
const std::vector<const Statements*>& migrations() {
  static const std::vector<const Statements*> all = {&first_schema()};
  return all;
}

void replace(std::string& text, std::string_view name, std::string_view value) {
  if (const auto at = text.find(name); at != std::string::npos)
    text.replace(at, name.size(), value);
}

/// Writes a statement as the database product wants it.
std::string in_dialect(std::string_view statement, Engine engine) {
  const bool sqlite = engine == Engine::sqlite;
  std::string text(statement);
  replace(text, "{id}",
          sqlite ? "INTEGER PRIMARY KEY AUTOINCREMENT"
                 : "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY");
  replace(text, "{bytes}", sqlite ? "BLOB" : "BYTEA");
  // A path may be longer than an entry of an index of PostgreSQL.
  replace(text, "{files_key}", sqlite ? ", PRIMARY KEY (commit_id, path)" : "");
  if (sqlite && text.find("file_changes") != std::string::npos) text += " WITHOUT ROWID";
  return text;
}

}  // namespace

int schema_version() noexcept { return static_cast<int>(migrations().size()); }

void migrate(Session& session) {
  session.execute(session.is_sqlite() ? "BEGIN IMMEDIATE" : "BEGIN");
  try {
    if (!session.is_sqlite()) session.execute("SELECT pg_advisory_xact_lock(4711004711)");
    session.execute("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)");
    long long version = 0;
    soci::indicator found = soci::i_null;
    session.sql() << "SELECT max(version) FROM schema_version", soci::into(version, found);
    if (found == soci::i_null) version = 0;
    if (version > schema_version())
      throw StoreError(StoreError::Reason::newer,
                       "the database has version " + std::to_string(version) +
                           " of the schema, and this program knows only version " +
                           std::to_string(schema_version()) + ": install a newer program");
    for (auto next = static_cast<std::size_t>(version); next < migrations().size(); ++next) {
      for (const std::string_view statement : *migrations()[next])
        session.execute(in_dialect(statement, session.engine()));
      if (next == 0 && !session.is_sqlite())
        session.execute(
            "CREATE UNIQUE INDEX file_changes_key ON file_changes (commit_id, md5(path))");
      const long long now = static_cast<long long>(next) + 1;
      session.sql() << "INSERT INTO schema_version (version) VALUES (:version)", soci::use(now);
    }
    session.execute("COMMIT");
  } catch (...) {
    try {
      session.execute("ROLLBACK");
    } catch (...) {  // NOLINT(bugprone-empty-catch): the first failure matters more
    }
    throw;
  }
}

}  // namespace bitbucket::inline v0_1::tracking
