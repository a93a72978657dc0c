#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/tracking/release_store.hpp>

#include "tracking/release_versions.hpp"
#include "tracking/session.hpp"

namespace bitbucket::inline v0_1::tracking {

/// Returns the name of the lock that writers of a release take, for Database::write().
std::string lock_of(const NewRelease& release);

/// A release and the id of its row.
struct ReleaseRow {
  long long id = 0;
  StoredRelease release;
};

/// A release that is stored.
struct EnsuredRelease {
  ReleaseRow row;
  bool is_new = false;  ///< this transaction created it
};

/// Returns a release, which it creates when it does not exist; sets its `date_released` when
/// `release` has one.  `totals` is empty, or what follows SELECT in a statement that returns the
/// number of commits, the number of authors and the id of the newest commit.  The version has
/// passed check_version().  A new release takes the lock of all issues, so callers write commits
/// first.
EnsuredRelease ensure_release(Session& session, const NewRelease& release,
                              const std::string& totals = {});

/// Throws InvalidArgument for the id of a commit that cannot be stored.
void check_heads(const std::vector<ReleaseHead>& heads);

/// Returns the row of the repository of a head, or nothing.
std::optional<long long> repository_of_head(Session& session, const ReleaseHead& head);

/// Returns the rows of the commits of ReleaseStore::set_heads(), which it creates where they are
/// missing.  Throws InvalidArgument for repositories that are not stored.  The heads have passed
/// check_heads().
std::vector<long long> store_head_commits(Session& session, const std::vector<ReleaseHead>& heads);

/// Makes each commit the head of a release in its repository.
void link_heads(Session& session, long long release_id, const std::vector<long long>& commit_ids);

/// The columns of `releases` that release_of() reads.
inline const std::string release_columns =
    "id, version, date_added, date_released, commit_count, author_count, "
    "(SELECT hash FROM commits WHERE commits.id = last_commit_id)";

/// Returns the release of a row with release_columns.
ReleaseRow release_of(const Row& row);

/// Returns a release, or nothing.
std::optional<ReleaseRow> find_release(Session& session, std::string_view version);

/// Returns at most `limit` releases, the newest first.
std::vector<StoredRelease> list_releases(Session& session, ReleaseOrder order, std::size_t limit);

/// Returns the newest release before `row` with a head in `repository`, or, when `repository` is
/// empty, in any repository where `row` has one.  If the release is not stored, `row` has an id
/// above all others.
std::optional<StoredRelease> release_before(Session& session, const ReleaseRow& row,
                                            std::string_view repository, ReleaseOrder order);

}  // namespace bitbucket::inline v0_1::tracking
