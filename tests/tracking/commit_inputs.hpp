#pragma once

#include <chrono>
#include <string>
#include <utility>

#include <bitbucket/tracking.hpp>

#include "tracking/databases.hpp"

namespace bitbucket::test {

/// Returns a point in time.
inline Timestamp at(long long milliseconds) {
  return Timestamp(std::chrono::milliseconds(milliseconds));
}

inline AttachedRepository attached(std::string external_id, std::string name) {
  AttachedRepository repository;
  repository.external_id = std::move(external_id);
  repository.name = std::move(name);
  return repository;
}

/// Returns the heads of all releases.
inline std::string rows_of_heads(const TestDatabase& database) {
  return database.query(
      "SELECT name, hash FROM release_heads h JOIN commits c ON c.id = h.commit_id "
      "JOIN repositories r ON r.id = h.repository_id ORDER BY name, h.release_id");
}

/// Returns what every table that a release touches has, without the numbers of rows.
inline std::string rows_of_releases(const TestDatabase& database) {
  return database.query(
             "SELECT version, commit_count, author_count, hash FROM releases "
             "LEFT JOIN commits ON commits.id = last_commit_id ORDER BY version") +
         database.query(
             "SELECT version, position, hash FROM release_commits JOIN releases ON "
             "releases.id = release_id JOIN commits ON commits.id = commit_id "
             "ORDER BY version, position") +
         database.query(
             "SELECT name, hash, message, commits.date_added, has_files FROM commits JOIN "
             "repositories ON repositories.id = repository_id ORDER BY name, hash") +
         database.query(
             "SELECT hash, path, type FROM file_changes JOIN commits ON "
             "commits.id = commit_id ORDER BY hash, path") +
         database.query("SELECT email, name FROM authors ORDER BY email") +
         database.query(
             "SELECT version, name, hash FROM release_heads h JOIN commits c ON "
             "c.id = h.commit_id JOIN repositories r ON r.id = h.repository_id "
             "JOIN releases e ON e.id = h.release_id ORDER BY version, name");
}

}  // namespace bitbucket::test
