#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/detail/export.hpp>
#include <bitbucket/tracking/commit_store.hpp>

namespace bitbucket::inline v0_1 {

/// A release to create.
struct NewRelease {
  /// 1 to 250 characters of UTF-8.  Not blank, and without line breaks, tabs, form feeds, "/", "\"
  /// and NUL bytes.  Not ".", ".." or "latest" (in upper or lower case), with or without white
  /// space around it.
  std::string version = {};
  std::optional<Timestamp> date_added = {};     ///< now when not set
  std::optional<Timestamp> date_released = {};  ///< not set: not released yet
};

/// A release as it is stored.
struct StoredRelease {
  std::string version;                     ///< identifies the release
  Timestamp date_added{};                  ///< when it was created
  std::optional<Timestamp> date_released;  ///< when it went out
  std::int64_t commit_count = 0;           ///< stored commits
  std::int64_t author_count = 0;           ///< different authors of these commits
  std::string last_commit;                 ///< id of the newest commit; empty when there is none

  /// Returns when the release went out, or else when it was created.
  [[nodiscard]] Timestamp date() const noexcept { return date_released.value_or(date_added); }
  friend bool operator==(const StoredRelease&, const StoredRelease&) = default;
};

/// The newest commit of a repository in a release.
struct ReleaseHead {
  std::string repository = {};  ///< name, "PRJ/demo", as in CommitInput
  std::string commit = {};      ///< id
  /// The server's id of the repository.  When a head is stored, the id of an attached repository
  /// takes precedence over the name.  Empty when the repository was never attached.
  std::string external_id = {};
  friend bool operator==(const ReleaseHead&, const ReleaseHead&) = default;
};

/// What else ReleaseStore::set_commits() does in the same transaction.
struct ReleaseParts {
  /// Heads to store, as with ReleaseStore::set_heads().
  std::vector<ReleaseHead> heads = {};
  /// Whether the release keeps its commits of repositories that have none of these heads.
  bool keep_others = false;
};

/// How releases are ordered.
enum class ReleaseOrder {
  date,  ///< by StoredRelease::date(); of two with the same date, the one created later is newer
  /// By semantic version; versions that are not semantic are older than all others.  The date
  /// decides between versions that have the same place.
  semantic
};

/// Compares two versions by the rules of Semantic Versioning 2.0.0; a leading "v" or "name@" does
/// not count.  Returns -1, 0 or 1, or nothing when one of them is not a semantic version.
BITBUCKET_EXPORT std::optional<int> compare_semantic(std::string_view a, std::string_view b);

/// The releases of a TrackingStore.
class BITBUCKET_EXPORT ReleaseStore {
 public:
  /// Creates a release, or returns the one with that version, whose `date_released` is set when
  /// `release` has one.  Throws InvalidArgument for a version that is not allowed.
  StoredRelease create(const NewRelease& release) const;
  /// Replaces the commits of a release, which it creates if it does not exist, in one transaction:
  /// sorted by time, the newest first; commits without a time keep their place.  Creates
  /// repositories, authors and commits that are not stored, and updates the others with
  /// what is given.  Resolves the issues of the commits.  A commit that is given twice counts once,
  /// at its newest place.  The newest commit of a repository becomes the head of the release in
  /// that repository, unless the release has one there.  The memory does not grow with the number
  /// of commits.
  StoredRelease set_commits(const NewRelease& release, const CommitInputs& commits,
                            const ReleaseParts& parts = {}) const;
  /// Stores the head of a release in each repository; if a repository is given twice, the last head
  /// counts.  Creates the release and commits that are not stored.  If repositories are not stored,
  /// throws an InvalidArgument that names all of them, and stores nothing.
  void set_heads(const NewRelease& release, const std::vector<ReleaseHead>& heads) const;
  /// Returns a release, or nothing.
  [[nodiscard]] std::optional<StoredRelease> find(std::string_view version) const;
  /// Returns at most `limit` releases, the newest first.
  [[nodiscard]] std::vector<StoredRelease> list(ReleaseOrder order = ReleaseOrder::date,
                                                std::size_t limit = 1000) const;
  /// Returns the newest release that comes strictly before this one and has a head in the
  /// repository with that name, or, when the name is empty, in any repository where this release
  /// has one; nothing when there is none.
  [[nodiscard]] std::optional<StoredRelease> previous(
      std::string_view version, std::string_view repository = {},
      ReleaseOrder order = ReleaseOrder::date) const;
  /// The same for a release that need not exist yet; its `date_released` takes precedence over
  /// a stored one.
  [[nodiscard]] std::optional<StoredRelease> previous(
      const NewRelease& release, std::string_view repository,
      ReleaseOrder order = ReleaseOrder::date) const;
  /// Returns the heads of a release, sorted by repository.
  [[nodiscard]] std::vector<ReleaseHead> heads(std::string_view version) const;
  /// Passes the commits of a release to `visit`, the newest first, with one at a time in memory.
  void visit_commits(std::string_view version,
                     const std::function<void(const StoredCommit&)>& visit) const;
  /// Passes the files of a release to `visit`: commit by commit, the newest first, and sorted by
  /// path within a commit.
  void visit_files(std::string_view version,
                   const std::function<void(const StoredCommit&, const FileChange&)>& visit) const;
  /// Returns the authors of a release, sorted by address.
  [[nodiscard]] std::vector<CommitAuthor> authors(std::string_view version) const;

 private:
  friend class TrackingStore;
  explicit ReleaseStore(std::shared_ptr<tracking::Database> database);
  std::shared_ptr<tracking::Database> database_;
};

}  // namespace bitbucket::inline v0_1
