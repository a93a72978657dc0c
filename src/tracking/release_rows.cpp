#include "tracking/release_rows.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <set>
#include <utility>

#include <bitbucket/error.hpp>

#include "tracking/issue_links.hpp"
#include "tracking/repositories.hpp"
#include "tracking/text.hpp"

namespace bitbucket::inline v0_1::tracking {
namespace {

constexpr std::size_t longest_id = 64;

long long milliseconds_of(Timestamp time) { return time.time_since_epoch().count(); }

long long current_milliseconds() {
  return milliseconds_of(
      std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()));
}

/// Returns the last commit that is given for each repository.  Throws InvalidArgument for names
/// that are not stored.
std::map<long long, std::string> commits_by_repository(Session& session,
                                                       const std::vector<ReleaseHead>& heads) {
  std::map<long long, std::string> out;
  std::set<std::string_view> unknown;
  std::string names;
  for (const ReleaseHead& head : heads) {
    const std::string& name = head.repository.empty() ? head.external_id : head.repository;
    if (const auto id = repository_of_head(session, head))
      out.insert_or_assign(*id, head.commit);
    else if (unknown.insert(name).second)
      names += (names.empty() ? "" : ", ") + name;
  }
  if (!unknown.empty())
    throw InvalidArgument("no repository is stored as " + names +
                          "; attach it, or correct the name");
  return out;
}

}  // namespace

std::string lock_of(const NewRelease& release) { return "release " + release.version; }

EnsuredRelease ensure_release(Session& session, const NewRelease& release,
                              const std::string& totals) {
  const long long now = current_milliseconds();
  const long long added = release.date_added ? milliseconds_of(*release.date_added) : now;
  const Value released =
      release.date_released ? Value(milliseconds_of(*release.date_released)) : Value();
  const std::string_view version = release.version;
  Row row = session.row(
      "INSERT INTO releases (version, date_added, date_released, commit_count, author_count, "
      "last_commit_id) SELECT $1, $2, $3, " +
          (totals.empty() ? "0, 0, NULL" : totals) +
          " WHERE TRUE ON CONFLICT (version) DO NOTHING RETURNING " + release_columns +
          ", CASE WHEN EXISTS (SELECT 1 " + waiting_issues + ") THEN 1 ELSE 0 END",
      {version, added, released});
  if (!row.empty()) {
    EnsuredRelease created{release_of(row), true};
    if (row.back() == "1") start_release(session, created.row.id, now);
    return created;
  }
  if (totals.empty() && !release.date_released)
    return {find_release(session, version).value(), false};
  row = session.row(
      "UPDATE releases SET date_released = COALESCE($1, date_released)" +
          (totals.empty()
               ? ""
               : ", (commit_count, author_count, last_commit_id) = (SELECT " + totals + ")") +
          " WHERE version = $2 RETURNING " + release_columns,
      {released, version});
  return {release_of(row), false};
}

void check_heads(const std::vector<ReleaseHead>& heads) {
  for (const ReleaseHead& head : heads)
    if (head.commit.empty() || head.commit.size() > longest_id || !is_storable(head.commit))
      throw InvalidArgument("the id of a commit must have 1 to " + std::to_string(longest_id) +
                            " characters of UTF-8; that of " + head.repository + " does not");
}

std::optional<long long> repository_of_head(Session& session, const ReleaseHead& head) {
  if (!head.external_id.empty() && is_storable(head.external_id))
    if (const auto id = find_repository(session, head.external_id)) return id;
  if (head.repository.empty() || !is_storable(head.repository)) return std::nullopt;
  return find_repository_by_name(session, head.repository);
}

std::vector<long long> store_head_commits(Session& session, const std::vector<ReleaseHead>& heads) {
  const long long now = current_milliseconds();
  std::vector<long long> out;
  for (const auto& [repository, commit] : commits_by_repository(session, heads)) {
    session.sql() << "INSERT INTO commits (repository_id, hash, date_added, has_files) "
                     "VALUES (:repository, :hash, :now, 0) "
                     "ON CONFLICT (repository_id, hash) DO NOTHING",
        soci::use(repository), soci::use(commit), soci::use(now);
    long long id = 0;
    session.sql() << "SELECT id FROM commits WHERE repository_id = :repository AND hash = :hash",
        soci::use(repository), soci::use(commit), soci::into(id);
    out.push_back(id);
  }
  return out;
}

void link_heads(Session& session, long long release_id, const std::vector<long long>& commit_ids) {
  for (const long long commit : commit_ids)
    session.sql() << "INSERT INTO release_heads (release_id, repository_id, commit_id) "
                     "SELECT CAST(:release AS BIGINT), repository_id, id FROM commits "
                     "WHERE id = :commit ON CONFLICT (repository_id, release_id) "
                     "DO UPDATE SET commit_id = excluded.commit_id",
        soci::use(release_id), soci::use(commit);
}

}  // namespace bitbucket::inline v0_1::tracking
