#include <bitbucket/tracking/release_store.hpp>

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "tracking/database.hpp"
#include "tracking/release_rows.hpp"
#include "tracking/release_versions.hpp"
#include "tracking/text.hpp"

namespace bitbucket::inline v0_1 {

using tracking::Session;

ReleaseStore::ReleaseStore(std::shared_ptr<tracking::Database> database)
    : database_(std::move(database)) {}

StoredRelease ReleaseStore::create(const NewRelease& release) const {
  tracking::check_version(release.version);
  return database_->write(tracking::lock_of(release), [&](Session& session) {
    return std::move(tracking::ensure_release(session, release).row.release);
  });
}

void ReleaseStore::set_heads(const NewRelease& release,
                             const std::vector<ReleaseHead>& heads) const {
  tracking::check_version(release.version);
  tracking::check_heads(heads);
  database_->write(tracking::lock_of(release), [&](Session& session) {
    const auto commits = tracking::store_head_commits(session, heads);
    tracking::link_heads(session, tracking::ensure_release(session, release).row.id, commits);
  });
}

std::optional<StoredRelease> ReleaseStore::find(std::string_view version) const {
  if (!tracking::is_storable(version)) return std::nullopt;
  return database_->read([&](Session& session) -> std::optional<StoredRelease> {
    auto row = tracking::find_release(session, version);
    return row ? std::optional(std::move(row->release)) : std::nullopt;
  });
}

std::vector<StoredRelease> ReleaseStore::list(ReleaseOrder order, std::size_t limit) const {
  return database_->read(
      [&](Session& session) { return tracking::list_releases(session, order, limit); });
}

std::optional<StoredRelease> ReleaseStore::previous(std::string_view version,
                                                    std::string_view repository,
                                                    ReleaseOrder order) const {
  if (!tracking::is_storable(version) || !tracking::is_storable(repository)) return std::nullopt;
  return database_->read([&](Session& session) -> std::optional<StoredRelease> {
    const auto row = tracking::find_release(session, version);
    if (!row) return std::nullopt;
    return tracking::release_before(session, *row, repository, order);
  });
}

std::optional<StoredRelease> ReleaseStore::previous(const NewRelease& release,
                                                    std::string_view repository,
                                                    ReleaseOrder order) const {
  tracking::check_version(release.version);
  if (!tracking::is_storable(repository)) return std::nullopt;
  const Timestamp now =
      std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  return database_->read([&](Session& session) {
    auto row = tracking::find_release(session, release.version);
    if (!row) {
      row.emplace();
      row->id = std::numeric_limits<long long>::max();
      row->release.version = release.version;
      row->release.date_added = release.date_added.value_or(now);
    }
    if (release.date_released) row->release.date_released = release.date_released;
    return tracking::release_before(session, *row, repository, order);
  });
}

std::vector<ReleaseHead> ReleaseStore::heads(std::string_view version) const {
  std::vector<ReleaseHead> out;
  if (!tracking::is_storable(version)) return out;
  return database_->read([&](Session& session) {
    const std::string name(version);
    out.clear();
    ReleaseHead head;
    soci::statement statement =
        (session.sql().prepare << "SELECT p.name, c.hash, COALESCE(p.external_id, '') "
                                  "FROM releases r "
                                  "JOIN release_heads h ON h.release_id = r.id "
                                  "JOIN repositories p ON p.id = h.repository_id "
                                  "JOIN commits c ON c.id = h.commit_id "
                                  "WHERE r.version = :version ORDER BY p.id",
         soci::into(head.repository), soci::into(head.commit), soci::into(head.external_id),
         soci::use(name));
    statement.execute();
    while (statement.fetch()) out.push_back(head);
    // The collations of the products differ, so the database does not sort by name.
    std::stable_sort(out.begin(), out.end(), [](const ReleaseHead& a, const ReleaseHead& b) {
      return a.repository < b.repository;
    });
    return out;
  });
}

}  // namespace bitbucket::inline v0_1
