#include "tracking/schema.hpp"

#include <array>

namespace bitbucket::inline v0_1::tracking {
namespace {

// Integers are BIGINT, because SOCI reads SQLite's INTEGER with 32 bits.  Times are milliseconds
// since 1970.  SQLite keeps a copy of each page that a statement over many rows changes when the
// statement may fail at a foreign key, but not when the key is checked at the end: {deferred}.
Migration first_schema() {
  return {
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
           id {id}, repository_id BIGINT NOT NULL REFERENCES repositories (id){deferred},
           hash TEXT NOT NULL, message TEXT, author_id BIGINT REFERENCES authors (id){deferred},
           date_added BIGINT NOT NULL, has_files BIGINT NOT NULL, UNIQUE (repository_id, hash)))",
      R"(CREATE TABLE file_changes (
           commit_id BIGINT NOT NULL REFERENCES commits (id), path TEXT NOT NULL,
           type TEXT NOT NULL CHECK (type IN ('A', 'D', 'M'))
           {sqlite:, PRIMARY KEY (commit_id, path)}){sqlite: WITHOUT ROWID})",
      // A path may be longer than an entry of an index of PostgreSQL.
      R"({postgresql:CREATE UNIQUE INDEX file_changes_key ON file_changes (commit_id, md5(path))})",
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
}

}  // namespace

std::span<const Migration> migrations() {
  static const std::array all = {first_schema()};
  return all;
}

}  // namespace bitbucket::inline v0_1::tracking
