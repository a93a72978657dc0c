#include "tracking/kept_commits.hpp"

#include <string>

#include "tracking/release_rows.hpp"

namespace bitbucket::inline v0_1::tracking {
namespace {

/// Returns what selects the stored commits of the release :version that it keeps.
std::string kept_rows(Session& session, const std::vector<ReleaseHead>& heads) {
  std::string ids;
  for (const ReleaseHead& head : heads)
    if (const auto id = repository_of_head(session, head))
      ids += (ids.empty() ? "" : ", ") + std::to_string(*id);
  return "FROM releases JOIN release_commits AS kept ON kept.release_id = releases.id "
         "JOIN commits ON commits.id = kept.commit_id WHERE version = :version" +
         (ids.empty() ? "" : " AND commits.repository_id NOT IN (" + ids + ")");
}

}  // namespace

bool give_kept_commits(Session& session, const NewRelease& release, const ReleaseParts& parts) {
  if (!parts.keep_others) return false;
  const std::string rows = kept_rows(session, parts.heads);
  session.sql() << "INSERT INTO given_repositories (number, external_id, name, repository_id) "
                   "SELECT (SELECT COALESCE(max(number), -1) FROM given_repositories) + "
                   "row_number() OVER (ORDER BY repository_id), '', '', repository_id "
                   "FROM (SELECT DISTINCT commits.repository_id " +
                       rows + ") AS repository",
      soci::use(release.version);
  session.sql() << "INSERT INTO given_commits (position, repository, hash, time, has_files, "
                   "has_issues) SELECT (SELECT COALESCE(max(position), -1) + 1 FROM given_commits) "
                   "+ position, number, hash, date_added, 0, 0 FROM (SELECT position, hash, "
                   "commits.date_added, commits.repository_id " +
                       rows +
                       ") AS kept_commits JOIN given_repositories "
                       "ON given_repositories.repository_id = kept_commits.repository_id",
      soci::use(release.version);
  long long count = 0;
  session.sql() << "SELECT count(*) FROM given_commits", soci::into(count);
  return count > 0;
}

}  // namespace bitbucket::inline v0_1::tracking
