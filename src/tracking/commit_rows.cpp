#include "tracking/commit_rows.hpp"

#include "tracking/clock.hpp"

namespace bitbucket::inline v0_1::tracking {

const std::string commit_joins =
    " JOIN repositories ON repositories.id = commits.repository_id "
    "LEFT JOIN authors ON authors.id = commits.author_id ";

std::string commit_columns(const std::string& message) {
  return "repositories.name, commits.hash, " + message +
         ", authors.email, authors.name, commits.date_added, commits.has_files";
}

StoredCommit commit_of(const Rows& rows) {
  StoredCommit commit;
  commit.repository = rows.text(0);
  commit.id = rows.text(1);
  commit.message = rows.text(2);
  if (!rows.is_null(3))
    commit.author = CommitAuthor{std::string(rows.text(4)), std::string(rows.text(3))};
  commit.timestamp = time_of(rows.number(5));
  commit.has_files = rows.number(6) != 0;
  return commit;
}

FileChange file_of(std::string_view path, std::string_view type) {
  const char letter = type.empty() ? 'M' : type.front();
  return {std::string(path), letter == 'A'   ? FileChangeType::added
                             : letter == 'D' ? FileChangeType::deleted
                                             : FileChangeType::modified};
}

}  // namespace bitbucket::inline v0_1::tracking
