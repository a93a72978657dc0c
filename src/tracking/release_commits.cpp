#include <bitbucket/tracking/release_store.hpp>

#include "tracking/commit_rows.hpp"
#include "tracking/database.hpp"
#include "tracking/staging.hpp"

namespace bitbucket::inline v0_1 {
namespace {

const std::string commits_of_release =
    " FROM releases JOIN release_commits ON release_id = releases.id "
    "JOIN commits ON commits.id = release_commits.commit_id ";

/// Returns where the message is in the rows of files: only with the first file of a commit, so that
/// PostgreSQL does not sort and send it with every file.
std::string message_once(const tracking::Session& session) {
  return session.is_sqlite() ? "commits.message"
                             : "CASE WHEN row_number() OVER (PARTITION BY position ORDER BY path "
                               "COLLATE \"C\") = 1 THEN commits.message END";
}

}  // namespace

void ReleaseStore::visit_commits(std::string_view version,
                                 const std::function<void(const StoredCommit&)>& visit) const {
  using namespace tracking;
  database_->read([&](Session& session) {
    Rows rows(session,
              "SELECT " + commit_columns() + commits_of_release + commit_joins +
                  "WHERE version = $1 ORDER BY position",
              {std::string(version)});
    while (rows.next()) visit(commit_of(rows));
  });
}

void ReleaseStore::visit_files(
    std::string_view version,
    const std::function<void(const StoredCommit&, const FileChange&)>& visit) const {
  using namespace tracking;
  database_->read([&](Session& session) {
    Rows rows(session,
              "SELECT " + commit_columns(message_once(session)) + ", position, path, type" +
                  commits_of_release + commit_joins +
                  "JOIN file_changes ON file_changes.commit_id = commits.id "
                  "WHERE version = $1 ORDER BY position, path" +
                  by_bytes(session),
              {std::string(version)});
    StoredCommit commit;
    for (long long position = -1; rows.next();) {
      if (rows.number(7) != position) commit = commit_of(rows);
      position = rows.number(7);
      visit(commit, file_of(rows.text(8), rows.text(9)));
    }
  });
}

std::vector<CommitAuthor> ReleaseStore::authors(std::string_view version) const {
  using namespace tracking;
  return database_->read([&](Session& session) {
    Rows rows(session,
              "SELECT name, email FROM authors WHERE id IN (SELECT author_id" + commits_of_release +
                  "WHERE version = $1) ORDER BY email" + by_bytes(session),
              {std::string(version)});
    std::vector<CommitAuthor> authors;
    while (rows.next()) authors.push_back({std::string(rows.text(0)), std::string(rows.text(1))});
    return authors;
  });
}

}  // namespace bitbucket::inline v0_1
