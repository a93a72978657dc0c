#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/detail/export.hpp>
#include <bitbucket/model/common.hpp>
#include <bitbucket/tracking/commit_store.hpp>

namespace bitbucket::inline v0_1 {

/// What happened to an issue of the service.
enum class IssueEventType {
  referenced,  ///< a commit or a pull request says that it resolves the issue
  unlinked,    ///< a commit or a pull request no longer says so
  resolved,    ///< the issue is resolved, or resolved by another release than before
  reopened,    ///< the issue is open again
};

/// Something that happened to an issue of the service.
struct IssueEvent {
  std::int64_t id = 0;                               ///< grows with time
  IssueEventType type = IssueEventType::referenced;  ///< what happened
  std::string issue = {};                            ///< the service's key
  /// Version of the release that resolves the issue or no longer does; empty when there is none.
  std::string release = {};
  std::string repository = {};    ///< of the commit or pull request, "PRJ/demo"; may be empty
  std::int64_t pull_request = 0;  ///< number; 0 when a commit, a release or a person did it
  std::string commit = {};        ///< id; may be empty
  std::optional<CommitAuthor> author = {};  ///< of the commit or pull request
  Timestamp time{};                         ///< when it was stored
  friend bool operator==(const IssueEvent&, const IssueEvent&) = default;
};

/// How an issue is resolved.
struct IssueResolution {
  /// What resolves an issue.
  enum class Type {
    in_release,       ///< by `release`
    in_next_release,  ///< by the release after `release`, which does not exist yet
    in_commit,        ///< by a commit that no release contains yet
  };
  std::string issue = {};                   ///< the service's key
  Type type = Type::in_release;             ///< what resolves it
  std::string release = {};                 ///< version; may be empty
  std::string repository = {};              ///< of the commit, "PRJ/demo"; may be empty
  std::string commit = {};                  ///< id; empty when a person resolved the issue
  std::optional<CommitAuthor> author = {};  ///< of the commit or pull request
  Timestamp time{};                         ///< when it was resolved
  friend bool operator==(const IssueResolution&, const IssueResolution&) = default;
};

/// A pull request that resolves issues once its merge commit is released.
struct PullRequestLink {
  std::string external_id = {};             ///< of the attached repository
  std::int64_t number = 0;                  ///< of the pull request
  std::string merge_commit = {};            ///< id; empty while it is not merged
  std::optional<CommitAuthor> author = {};  ///< who opened it; not stored without an address
  std::vector<std::string> issues = {};     ///< all issues that it resolves, by the service's keys
};

/// The issues of the service, as far as commits and releases touch them.  The key of an issue has 1
/// to 200 characters; every call throws InvalidArgument for any other key.
///
/// A release resolves the issues of its commits when its commits are set.  When a commit or pull
/// request no longer says that it resolves an issue, the issue is reopened only if that commit or
/// pull request had resolved it, and nothing else in the same release does.  A resolution by hand
/// stays.
class BITBUCKET_EXPORT IssueStore {
 public:
  /// Returns the issues that a commit of an attached repository resolves, sorted.
  [[nodiscard]] std::vector<std::string> of_commit(std::string_view external_id,
                                                   std::string_view id) const;
  /// Returns the issues of a release, sorted: those that its commits resolve, and those of the pull
  /// requests that its commits merged.
  [[nodiscard]] std::vector<std::string> of_release(std::string_view version) const;
  /// Stores what a pull request resolves, and replaces what is stored for it.  When releases have
  /// its merge commit already, the newest of them resolves the issues that no release resolves yet.
  /// Throws InvalidArgument when the repository is not attached.
  void set_pull_request(const PullRequestLink& link) const;

  /// Returns how an issue is resolved; nothing when it is open.
  [[nodiscard]] std::optional<IssueResolution> resolution(std::string_view issue) const;
  /// Resolves an issue by hand in the release after `version`, or after the newest release when
  /// `version` is empty.  A release comes after another one by semantic version when both have one,
  /// or else by date.  Throws InvalidArgument when there is no release `version`.
  void resolve_in_next_release(std::string_view issue, std::string_view version = {}) const;
  /// Opens an issue by hand; does nothing when it is open.
  void reopen(std::string_view issue) const;
  /// Returns whether the resolution of an issue explains that the issue still appears in release
  /// `version`: the release is older than the one that resolves it, or does not have the commit
  /// that does.  Returns false when the issue is open or appears again although it was resolved.
  /// An empty version stands for a release older than all others; a version that is not stored is
  /// newer than all others, unless semantic versions say otherwise.
  [[nodiscard]] bool has_resolution(std::string_view issue, std::string_view version) const;

  /// Passes the oldest events to `handle`, in order, and removes each one when `handle` returns.
  /// Returns the number of events that were handled.  An event is written with the change that it
  /// reports, and comes at least once: when `handle` throws, that event and all later ones wait for
  /// the next call, and when the process dies, an event may come again.
  ///
  /// One call at a time hands events on, in all processes that share the store; other calls return
  /// 0 at once.  No lock is held while `handle` runs, so it may use the store.  A call that dies,
  /// or whose `handle` takes longer than `lease` for one event, is replaced by the next call after
  /// that time; then an event may come to two handlers at the same time.
  std::size_t take_events(const std::function<void(const IssueEvent&)>& handle,
                          std::size_t limit = 1000,
                          std::chrono::milliseconds lease = std::chrono::minutes(10)) const;

 private:
  friend class TrackingStore;
  explicit IssueStore(std::shared_ptr<tracking::Database> database);
  std::shared_ptr<tracking::Database> database_;
};

}  // namespace bitbucket::inline v0_1
