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
#include <bitbucket/integration/commit_source.hpp>
#include <bitbucket/model/event.hpp>
#include <bitbucket/tracking/issue_references.hpp>
#include <bitbucket/tracking/tracking_store.hpp>

namespace bitbucket::inline v0_1 {

/// How pushes and releases are tracked.
struct TrackerOptions {
  IssueReferenceOptions references = {};  ///< what counts as a reference, and what is ignored
  /// Returns the service's key of an issue that a commit refers to, or nothing when there is none.
  /// Called from any thread, without a lock on the database.  Empty: no issues.
  std::function<std::optional<std::string>(const IssueReference&)> find_issue = {};
  ResolvePolicy policy = ResolvePolicy::on_release;  ///< when a commit resolves an issue
  bool include_merges = false;  ///< whether commits with several parents are recorded
  /// Most commits that one branch of a push, or one repository of a release, may bring; what is
  /// beyond is reported.
  std::size_t max_commits = 1'000'000;
  /// Most commits whose files are asked for at a time.
  std::size_t batch = 200;
};

/// What recording a branch did.
struct RecordedRef {
  std::string ref;           ///< "refs/heads/main"
  std::string from, to;      ///< commits; empty when the branch is new, or deleted
  std::int64_t commits = 0;  ///< commits that the server gave
  std::int64_t added = 0;    ///< those of them that were not stored before
  bool capped = false;       ///< there are more than TrackerOptions::max_commits
  friend bool operator==(const RecordedRef&, const RecordedRef&) = default;
};

/// What a release has of a repository.
struct ReleaseRef {
  std::string repository = {};       ///< name, "PRJ/demo"
  std::string commit = {};           ///< id, branch or tag; "a..b" sets `previous_commit` too
  std::string previous_commit = {};  ///< the commit after which the release begins
};

/// What fetching a repository's commits for a release did.
struct FetchedRef {
  std::string repository;    ///< name, "PRJ/demo"
  std::string since, until;  ///< `since` is empty when nothing says where the release begins
  std::int64_t commits = 0;  ///< commits that the server gave
  bool capped = false;       ///< there are more than TrackerOptions::max_commits
  std::string error;         ///< why this repository could not be fetched; empty when it was
  friend bool operator==(const FetchedRef&, const FetchedRef&) = default;
};

/// Records pushes and releases in a store.  Thread-safe.
class BITBUCKET_EXPORT Tracker {
 public:
  Tracker(std::shared_ptr<const TrackingStore> store, std::shared_ptr<CommitSource> source,
          TrackerOptions options = {});
  Tracker(Tracker&&) noexcept;
  Tracker& operator=(Tracker&&) noexcept;
  ~Tracker();

  /// Stores the commits of a push, which it asks the server for.  Does nothing when the repository
  /// is not attached.
  std::vector<RecordedRef> record_push(const RefsChanged& push) const;
  /// Compares the branches of an attached repository with the stored ones, and stores the commits
  /// that are missing.
  std::vector<RecordedRef> reconcile(std::string_view external_id) const;

  /// Returns the commits of a range with their files, as a release needs them, the newest first.
  /// Asks the server for the files of a commit only once.
  [[nodiscard]] std::vector<CommitInput> compare_commits(const RepoRef& repo,
                                                         const CommitRange& range) const;
  /// Says what a release has of each repository, and fetches the commits since the release before.
  std::vector<FetchedRef> set_refs(const NewRelease& release,
                                   const std::vector<ReleaseRef>& refs) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bitbucket::inline v0_1
