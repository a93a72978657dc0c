#include "tracking/release_rows.hpp"

#include <chrono>

#include "tracking/issue_links.hpp"

namespace bitbucket::inline v0_1::tracking {
namespace {

long long milliseconds_of(Timestamp time) { return time.time_since_epoch().count(); }

long long current_milliseconds() {
  return milliseconds_of(
      std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()));
}

}  // namespace

std::string lock_of(const NewRelease& release) { return "release " + release.version; }

long long ensure_release(Session& session, const NewRelease& release) {
  const long long now = current_milliseconds();
  const long long added = release.date_added ? milliseconds_of(*release.date_added) : now;
  const long long released = release.date_released ? milliseconds_of(*release.date_released) : 0;
  soci::indicator has_released = release.date_released ? soci::i_ok : soci::i_null;
  long long id = 0;
  session.sql() << "INSERT INTO releases (version, date_added, date_released, commit_count, "
                   "author_count) VALUES (:version, :added, :released, 0, 0) "
                   "ON CONFLICT (version) DO NOTHING RETURNING id",
      soci::use(release.version), soci::use(added), soci::use(released, has_released),
      soci::into(id);
  if (session.sql().got_data()) {
    start_release(session, id, now);
    return id;
  }
  session.sql() << "SELECT id FROM releases WHERE version = :version", soci::use(release.version),
      soci::into(id);
  if (release.date_released)
    session.sql() << "UPDATE releases SET date_released = :released WHERE id = :id",
        soci::use(released), soci::use(id);
  return id;
}

}  // namespace bitbucket::inline v0_1::tracking
