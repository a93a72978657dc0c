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
#include <bitbucket/model/common.hpp>
#include <bitbucket/tracking/commit_store.hpp>

namespace bitbucket::inline v0_1 {

/// What happened to an issue of the service.
enum class IssueEventType {
  referenced,  ///< a commit says that it resolves the issue
  resolved,    ///< a release with such a commit exists, or with ResolvePolicy::on_commit the commit
  reopened,    ///< the commit that resolved the issue no longer says so
  unlinked,    ///< a commit no longer says that it resolves the issue
};

/// Something that happened to an issue of the service.
struct IssueEvent {
  std::int64_t id = 0;                               ///< grows with time
  IssueEventType type = IssueEventType::referenced;  ///< what happened
  std::string issue;                                 ///< the service's key
  std::string release;                               ///< version; empty when no release is involved
  std::string repository;                            ///< of the commit, "PRJ/demo"
  std::string commit;                                ///< id
  std::optional<CommitAuthor> author;                ///< of the commit
  Timestamp time{};                                  ///< when it was stored
  friend bool operator==(const IssueEvent&, const IssueEvent&) = default;
};

/// How an issue is resolved.
struct IssueResolution {
  enum class Type {
    in_release,       ///< by `release`
    in_next_release,  ///< by whatever release comes after `release`
    in_commit,        ///< by a commit, whatever release contains it
  };
  std::string issue;                   ///< the service's key
  Type type = Type::in_release;        ///< how
  bool pending = false;                ///< the next release does not exist yet
  std::string release;                 ///< version; may be empty
  std::string commit;                  ///< id; may be empty
  std::optional<CommitAuthor> author;  ///< who resolved it
  Timestamp time{};                    ///< when
  friend bool operator==(const IssueResolution&, const IssueResolution&) = default;
};

/// A pull request that resolves issues once its merge commit is released.
struct PullRequestLink {
  std::string external_id = {};   ///< of the attached repository
  std::int64_t number = 0;        ///< of the pull request
  std::string merge_commit = {};  ///< id; empty while it is not merged
  std::optional<CommitAuthor> author = {};
  std::vector<std::string> issues = {};  ///< the service's keys
};

/// The issues of the service, as far as commits and releases touch them.
class BITBUCKET_EXPORT IssueStore {
 public:
  /// Returns the issues that a commit of an attached repository resolves, sorted.
  [[nodiscard]] std::vector<std::string> of_commit(std::string_view external_id,
                                                   std::string_view id) const;
  /// Returns the issues that the commits of a release resolve, sorted.
  [[nodiscard]] std::vector<std::string> of_release(std::string_view version) const;
  /// Stores what a pull request resolves, in place of what is stored of it.
  void set_pull_request(const PullRequestLink& link) const;

  /// Returns how an issue is resolved; nothing when it is open.
  [[nodiscard]] std::optional<IssueResolution> resolution(std::string_view issue) const;
  /// Resolves an issue by hand in the release after `version`, or, when it is empty, after the
  /// newest.
  void resolve_in_next_release(std::string_view issue, std::string_view version = {}) const;
  /// Opens an issue by hand; does nothing when it is open.
  void reopen(std::string_view issue) const;
  /// Returns whether an issue that appears in release `version` was resolved before, so that it is
  /// not new but still to be expected: an old release.  An empty version is one that is not known.
  [[nodiscard]] bool has_resolution(std::string_view issue, std::string_view version) const;

  /// Passes the oldest events to `handle`, in order, and removes each one when `handle` returns.
  /// Returns their number.  Processes that share the store take turns.  An event comes again when
  /// `handle` throws or its process dies.
  std::size_t take_events(const std::function<void(const IssueEvent&)>& handle,
                          std::size_t limit = 1000) const;

 private:
  friend class TrackingStore;
  explicit IssueStore(std::shared_ptr<tracking::Database> database);
  std::shared_ptr<tracking::Database> database_;
};

}  // namespace bitbucket::inline v0_1
