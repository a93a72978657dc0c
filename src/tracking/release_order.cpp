#include <algorithm>
#include <chrono>
#include <cstddef>
#include <limits>
#include <utility>

#include "tracking/release_rows.hpp"
#include "tracking/release_versions.hpp"
#include "tracking/repositories.hpp"

namespace bitbucket::inline v0_1::tracking {
namespace {

const std::string select_releases = "SELECT " + release_columns + " FROM releases AS r ";
const std::string newest_first =
    "ORDER BY COALESCE(r.date_released, r.date_added) DESC, r.id DESC ";

Timestamp time_of(long long milliseconds) {
  return Timestamp(std::chrono::milliseconds(milliseconds));
}

/// Returns the releases that the rest of a statement selects.
template <class... Values>
std::vector<ReleaseRow> releases(Session& session, const std::string& rest,
                                 const Values&... values) {
  long long id = 0, added = 0, released = 0, commits = 0, authors = 0;
  std::string version, last;
  soci::indicator has_released = soci::i_null, has_last = soci::i_null;
  soci::statement statement =
      ((session.sql().prepare << select_releases + rest, soci::into(id), soci::into(version),
        soci::into(added), soci::into(released, has_released), soci::into(commits),
        soci::into(authors), soci::into(last, has_last)),
       ..., soci::use(values));
  statement.execute();
  std::vector<ReleaseRow> out;
  while (statement.fetch()) {
    ReleaseRow& row = out.emplace_back();
    row.id = id;
    row.release = {.version = version,
                   .date_added = time_of(added),
                   .date_released = {},
                   .commit_count = commits,
                   .author_count = authors,
                   .last_commit = has_last == soci::i_null ? std::string() : last};
    if (has_released == soci::i_ok) row.release.date_released = time_of(released);
  }
  return out;
}

/// The place of a release among all releases.
class Place {
 public:
  Place(const ReleaseRow& row, ReleaseOrder order) : date_(row.release.date()), id_(row.id) {
    if (order == ReleaseOrder::semantic) semantic_ = parse_semantic(row.release.version);
  }
  friend bool operator<(const Place& a, const Place& b) noexcept {
    if (a.semantic_.has_value() != b.semantic_.has_value()) return b.semantic_.has_value();
    if (a.semantic_)
      if (const int order = compare(*a.semantic_, *b.semantic_)) return order < 0;
    return std::pair(a.date_, a.id_) < std::pair(b.date_, b.id_);
  }

 private:
  std::optional<SemanticVersion> semantic_;  // refers to the version of the row
  Timestamp date_;
  long long id_;
};

std::optional<StoredRelease> first_of(std::vector<ReleaseRow>&& rows) {
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front().release);
}

/// Selects releases with a head in :repository.
const std::string with_head_in =
    "WHERE EXISTS (SELECT 1 FROM release_heads h WHERE h.release_id = r.id "
    "AND h.repository_id = :repository) ";
/// Selects releases with a head in a repository where :release has one.
const std::string that_shares =
    "WHERE EXISTS (SELECT 1 FROM release_heads h JOIN release_heads mine "
    "ON mine.repository_id = h.repository_id WHERE h.release_id = r.id "
    "AND mine.release_id = :release) ";
const std::string before =
    "AND (COALESCE(r.date_released, r.date_added) < :date OR "
    "(COALESCE(r.date_released, r.date_added) = :same AND r.id < :id)) ";

std::optional<StoredRelease> newest_before(Session& session, const ReleaseRow& row,
                                           ReleaseOrder order, const std::string& condition,
                                           long long value) {
  const long long date = row.release.date().time_since_epoch().count();
  if (order == ReleaseOrder::date)
    return first_of(releases(session, condition + before + newest_first + "LIMIT 1", value, date,
                             date, row.id));
  const Place here(row, order);
  std::vector<ReleaseRow> all = releases(session, condition, value);
  const ReleaseRow* best = nullptr;
  for (const ReleaseRow& each : all)
    if (Place(each, order) < here && (!best || Place(*best, order) < Place(each, order)))
      best = &each;
  return best ? std::optional(best->release) : std::nullopt;
}

}  // namespace

ReleaseRow release_of(const Row& row) {
  ReleaseRow out;
  out.id = number_of(row.at(0));
  out.release = {.version = row.at(1).value(),
                 .date_added = time_of(number_of(row.at(2))),
                 .date_released = {},
                 .commit_count = number_of(row.at(4)),
                 .author_count = number_of(row.at(5)),
                 .last_commit = row.at(6).value_or(std::string())};
  if (row.at(3)) out.release.date_released = time_of(number_of(row.at(3)));
  return out;
}

std::optional<ReleaseRow> find_release(Session& session, std::string_view version) {
  const Row row = session.row(select_releases + "WHERE version = $1", {version});
  return row.empty() ? std::nullopt : std::optional(release_of(row));
}

std::vector<StoredRelease> list_releases(Session& session, ReleaseOrder order, std::size_t limit) {
  constexpr std::size_t most = std::numeric_limits<int>::max();
  const auto rows_wanted = static_cast<long long>(std::min(limit, most));
  std::vector<ReleaseRow> rows = order == ReleaseOrder::date
                                     ? releases(session, newest_first + "LIMIT :limit", rows_wanted)
                                     : releases(session, newest_first);
  if (order == ReleaseOrder::semantic) {
    // The versions are parsed once each; the places refer to them.
    std::vector<std::pair<Place, const ReleaseRow*>> places;
    places.reserve(rows.size());
    for (const ReleaseRow& row : rows) places.emplace_back(Place(row, order), &row);
    std::sort(places.begin(), places.end(),
              [](const auto& a, const auto& b) { return b.first < a.first; });
    std::vector<StoredRelease> out;
    for (const auto& [place, row] : places)
      if (out.size() < limit) out.push_back(row->release);
    return out;
  }
  std::vector<StoredRelease> out;
  out.reserve(rows.size());
  for (ReleaseRow& row : rows) out.push_back(std::move(row.release));
  return out;
}

std::optional<StoredRelease> release_before(Session& session, const ReleaseRow& row,
                                            std::string_view repository, ReleaseOrder order) {
  if (repository.empty()) return newest_before(session, row, order, that_shares, row.id);
  const auto id = find_repository_by_name(session, repository);
  return id ? newest_before(session, row, order, with_head_in, *id) : std::nullopt;
}

}  // namespace bitbucket::inline v0_1::tracking
