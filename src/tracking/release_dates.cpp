#include "tracking/release_dates.hpp"

#include <utility>

#include <bitbucket/tracking/release_store.hpp>

namespace bitbucket::inline v0_1::tracking {
namespace {

constexpr const char* columns_of_release_date =
    "SELECT id, version, coalesce(date_released, date_added) ";

std::vector<ReleaseDate> fetch_release_dates(Session& session, const std::string& statement) {
  std::vector<ReleaseDate> releases;
  ReleaseDate release;
  soci::statement rows = (session.sql().prepare << statement, soci::into(release.id),
                          soci::into(release.version), soci::into(release.date));
  rows.execute();
  while (rows.fetch()) releases.push_back(release);
  return releases;
}

}  // namespace

bool is_later(const ReleaseDate& a, const ReleaseDate& b) {
  const std::optional<int> order = compare_semantic(a.version, b.version);
  if (order && *order != 0) return *order > 0;
  return std::pair(a.date, a.id) > std::pair(b.date, b.id);
}

ReleaseDate release_date(Session& session, long long release_id) {
  ReleaseDate release;
  session.sql() << std::string(columns_of_release_date) + "FROM releases WHERE id = :id",
      soci::use(release_id), soci::into(release.id), soci::into(release.version),
      soci::into(release.date);
  return release;
}

std::optional<ReleaseDate> find_release_date(Session& session, const std::string& version) {
  ReleaseDate release;
  session.sql() << std::string(columns_of_release_date) + "FROM releases WHERE version = :version",
      soci::use(version), soci::into(release.id), soci::into(release.version),
      soci::into(release.date);
  if (!session.sql().got_data()) return std::nullopt;
  return release;
}

std::vector<ReleaseDate> all_release_dates(Session& session) {
  return fetch_release_dates(session,
                             std::string(columns_of_release_date) + "FROM releases ORDER BY id");
}

std::vector<ReleaseDate> releases_that_issues_wait_for(Session& session) {
  return fetch_release_dates(
      session,
      "SELECT coalesce(l.id, 0), coalesce(l.version, ''), "
      "coalesce(l.date_released, l.date_added, 0) FROM (SELECT DISTINCT release_id "
      "FROM resolutions WHERE type = 'in_next_release') AS w "
      "LEFT JOIN releases l ON l.id = w.release_id ORDER BY 1");
}

}  // namespace bitbucket::inline v0_1::tracking
