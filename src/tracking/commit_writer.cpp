#include "tracking/commit_writer.hpp"

#include <unordered_map>

#include "tracking/bulk_insert.hpp"

namespace bitbucket::inline v0_1::tracking {
namespace {

/// Stored commits for which something new was given.
const std::string changed_commits =
    "staged_commits AS staged JOIN given_commits AS given ON given.position = staged.position "
    "LEFT JOIN given_authors AS author ON author.number = staged.author "
    "WHERE staged.is_new = 0 AND commits.id = staged.commit_id AND ("
    "(given.message IS NOT NULL AND given.message IS DISTINCT FROM commits.message) OR "
    "(author.author_id IS NOT NULL AND author.author_id IS DISTINCT FROM commits.author_id) OR "
    "(given.time IS NOT NULL AND given.time <> commits.date_added) OR "
    "(given.has_files = 1 AND commits.has_files = 0))";

/// Stored commits that lack what was given.
const std::string incomplete_commits =
    "staged_commits AS staged JOIN given_commits AS given ON given.position = staged.position "
    "LEFT JOIN given_authors AS author ON author.number = staged.author "
    "WHERE staged.is_new = 0 AND commits.id = staged.commit_id AND ("
    "(given.message IS NOT NULL AND commits.message IS NULL) OR "
    "(given.has_files = 1 AND commits.has_files = 0))";

/// Locks rows in the same order as every other writer, and finds out whose files are stored.
void prepare_update(Session& session, const std::string& rows) {
  if (!session.is_sqlite())
    session.send("SELECT count(*) FROM (SELECT 1 FROM commits, " + rows +
                 " ORDER BY commits.id FOR UPDATE OF commits) AS locked");
  session.send(
      "UPDATE staged_commits SET writes_files = 0 FROM commits AS stored "
      "WHERE is_new = 0 AND stored.id = commit_id AND stored.has_files = 1");
}

/// Few files are faster from memory than from a temporary table.
void insert_few_files(Session& session, const std::vector<GivenFile>& files) {
  if (files.empty()) return;
  std::unordered_map<long long, long long> commits;
  for (const Row& row :
       session.rows("SELECT position, commit_id FROM staged_commits WHERE writes_files = 1"))
    commits.emplace(number_of(row[0]), number_of(row[1]));
  BulkInsert table(session, "file_changes", "commit_id, path, type", 3);
  for (const GivenFile& file : files)
    if (const auto commit = commits.find(file.position); commit != commits.end())
      table.add({commit->second, std::string_view(file.path), file.type});
  BulkInsert::finish(session, {&table});
}

}  // namespace

AddedCommits insert_commits(Session& session, long long staged, long long now) {
  if (staged == 0) return {};
  AddedCommits result{.given = staged, .added = 0};
  // Two writers that insert the same commits in the same order cannot wait for each other.
  const std::string order =
      session.is_sqlite() ? "" : " ORDER BY staged.repository_id, staged.hash COLLATE \"C\"";
  // After an error nothing is kept, and SQLite is faster when the statement says so.
  result.added = session.run(
      std::string(session.is_sqlite() ? "INSERT OR ROLLBACK" : "INSERT") +
          " INTO commits (id, repository_id, hash, message, author_id, date_added, has_files) "
          "SELECT commit_id, repository_id, staged.hash, message, author_id, "
          "COALESCE(given.time, $1), has_files FROM staged_commits AS staged "
          "JOIN given_commits AS given ON given.position = staged.position "
          "LEFT JOIN given_authors AS author ON number = staged.author WHERE TRUE" +
          order + " ON CONFLICT (repository_id, hash) DO NOTHING",
      {now});
  if (result.added < result.given)
    session.send(
        "UPDATE staged_commits SET commit_id = stored.id, is_new = 0, "
        "stored_author_id = stored.author_id FROM commits AS stored "
        "WHERE stored.repository_id = staged_commits.repository_id "
        "AND stored.hash = staged_commits.hash AND stored.id <> staged_commits.commit_id");
  return result;
}

void update_commits(Session& session) {
  prepare_update(session, changed_commits);
  session.send(
      "UPDATE commits SET message = COALESCE(given.message, commits.message), "
      "author_id = COALESCE(author.author_id, commits.author_id), "
      "date_added = COALESCE(given.time, commits.date_added), "
      "has_files = CASE WHEN given.has_files = 1 THEN 1 ELSE commits.has_files END FROM " +
      changed_commits);
}

void complete_commits(Session& session, const Given& given) {
  prepare_update(session, incomplete_commits);
  insert_files(session, given);
  session.send(
      "UPDATE commits SET has_files = 1 FROM staged_commits "
      "WHERE is_new = 0 AND writes_files = 1 AND commits.id = commit_id");
  // A commit without a message is known only by its id.
  session.send(
      "DELETE FROM staged_commits WHERE is_new = 0 AND commit_id IN "
      "(SELECT id FROM commits WHERE message IS NOT NULL)");
  session.send(
      "UPDATE commits SET message = given.message, "
      "author_id = COALESCE(commits.author_id, author.author_id), "
      "date_added = COALESCE(given.time, commits.date_added) FROM " +
      incomplete_commits);
}

void insert_files(Session& session, const Given& given) {
  insert_few_files(session, given.few_files);
  if (!given.files) return;
  session.send(
      "INSERT INTO file_changes (commit_id, path, type) "
      "SELECT commit_id, path, type FROM given_files AS given "
      "JOIN staged_commits AS staged ON staged.position = given.position WHERE writes_files = 1");
}

}  // namespace bitbucket::inline v0_1::tracking
