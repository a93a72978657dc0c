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
  /// Called from any thread, without a lock on the database, for at most the first 1,000 different
  /// references of a message; those of more than 200 characters are skipped.  A key of an issue has
  /// 1 to 200 characters; any other key throws an InvalidArgument that names the commit.  Empty: no
  /// issues.
  std::function<std::optional<std::string>(const IssueReference&)> find_issue = {};
  ResolvePolicy policy = ResolvePolicy::on_release;  ///< when a commit resolves an issue
  bool include_merges = false;  ///< whether commits with several parents are recorded
  /// Whether the files of pushed commits are asked for at once, with one request for each commit.
  /// If not, they are asked for when a release contains the commit.
  bool files_of_pushes = false;
  /// How to find the release before, after which a release begins.
  ReleaseOrder release_order = ReleaseOrder::date;
  /// Most commits that one branch of a push, or one repository of a release, may bring; 0 is no
  /// limit.  The newest ones are stored, and RecordedRef::capped or FetchedRef::capped says that
  /// there are more.
  std::size_t max_commits = 1'000'000;
  /// Most commits whose files are asked for at a time.
  std::size_t batch = 200;
};

/// What recording a branch did.
struct RecordedRef {
  std::string ref;           ///< "refs/heads/main"
  std::string from;          ///< commit; empty when the branch is new
  std::string to;            ///< commit; empty when the branch is deleted
  std::int64_t commits = 0;  ///< commits that the server gave
  std::int64_t added = 0;    ///< those of them that were not stored before
  /// There are more than TrackerOptions::max_commits; no later call asks for the older ones.
  bool capped = false;
  /// The server does not have `to` any more, or `to` is not the id of a commit; nothing was stored.
  bool gone = false;
  friend bool operator==(const RecordedRef&, const RecordedRef&) = default;
};

/// The commits of a repository that a release contains.  Without a `previous_commit`, the release
/// begins after the head of the release before, or contains the whole history when there is no such
/// release.
struct ReleaseRef {
  std::string repository = {};       ///< name, "PRJ/demo"
  std::string commit = {};           ///< id, branch or tag; "a..b" sets `previous_commit` too
  std::string previous_commit = {};  ///< the commit after which the release begins
};

/// What fetching a repository's commits for a release did.
struct FetchedRef {
  std::string repository;    ///< name, "PRJ/demo"
  std::string since;         ///< commit after which it begins; empty: the whole history
  std::string until;         ///< id of the newest commit, or what was given when it is not found
  std::int64_t commits = 0;  ///< commits that the server gave
  bool capped = false;       ///< there are more than TrackerOptions::max_commits
  std::string error;         ///< why this repository could not be fetched; empty when it was
  friend bool operator==(const FetchedRef&, const FetchedRef&) = default;
};

/// Records pushes and releases in a store.  Thread-safe.  record_push(), reconcile() and
/// compare_commits() throw the errors of the source; every function throws StoreError when the
/// database fails.  Batches of commits that were stored before an error stay stored.
class BITBUCKET_EXPORT Tracker {
 public:
  /// Throws InvalidArgument when there is no store or no source, or an option cannot work.
  Tracker(std::shared_ptr<const TrackingStore> store, std::shared_ptr<CommitSource> source,
          TrackerOptions options = {});
  Tracker(Tracker&&) noexcept;
  Tracker& operator=(Tracker&&) noexcept;
  ~Tracker();

  /// Asks the server for the commits of the branches that a push moved, stores them, and then
  /// stores what the branches point to.  The push may come late, twice or after others: nothing is
  /// lost, and a stored branch does not move back.  Returns nothing when the repository is not
  /// attached.  Skips tags, whose commits belong to branches or else come with set_refs().  A
  /// repository may have been renamed or moved: call RepositoryService::refresh() with
  /// `push.repository` first, so that requests use its current name.
  ///
  /// As long as no branch of the repository is stored, a push that moves a branch brings only its
  /// own commits.  The branch is not stored then, so that reconcile() finds the older commits.
  std::vector<RecordedRef> record_push(const RefsChanged& push) const;
  /// Compares the branches of an attached repository with the stored ones, stores the commits that
  /// are missing, and removes branches that are gone.  Without stored branches, this is the whole
  /// history.  n missing commits of a branch take n/1000 requests, rounded up, and the list of
  /// branches takes one request for each 1000.  A branch with a name of more than 1,000 bytes is
  /// not stored itself, so its commits are asked for each time.
  std::vector<RecordedRef> reconcile(std::string_view external_id) const;

  /// Returns the commits of a range with their files, as a release needs them, the newest first,
  /// including ignored ones.  If the repository is attached, it stores the commits that are not
  /// ignored, and never asks the server again for their files.
  [[nodiscard]] std::vector<CommitInput> compare_commits(const RepoRef& repo,
                                                         const CommitRange& range) const;
  /// Sets the newest commit of a release in each repository, and fetches the commits since the
  /// release before.  If a repository has several refs, the last one counts.  The release is
  /// written in one transaction at the end; commits and their files are stored before, so that the
  /// call after an interrupted one does not ask for the same files again.  Authors are found as in
  /// ReleaseStore::set_commits().  Returns what happened, in the order of the refs.
  ///
  /// The release keeps its commits of other repositories, and of repositories that could not be
  /// fetched.  When none could be fetched, nothing is written.  Before anything is sent, throws
  /// InvalidArgument when there are no refs, or when repositories are not attached; the text names
  /// all of these.
  std::vector<FetchedRef> set_refs(const NewRelease& release,
                                   const std::vector<ReleaseRef>& refs) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bitbucket::inline v0_1
