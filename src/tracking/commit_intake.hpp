#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <bitbucket/tracking/tracker.hpp>

namespace bitbucket::inline v0_1::tracking {

/// What a Tracker works with.
struct TrackerParts {
  std::shared_ptr<const TrackingStore> store;
  std::shared_ptr<CommitSource> source;
  TrackerOptions options;
  IssueReferences references;
};

/// Is thrown in place of an error that a source threw, so that errors of the store and of the
/// service's own functions are not mistaken for it.
struct SourceFailure {
  std::exception_ptr cause;
  [[nodiscard]] bool is_not_found() const noexcept;
  [[nodiscard]] std::string what() const;
};

/// Calls a function that asks the source.  Throws SourceFailure; only Cancelled comes as it is.
void ask(const std::function<void()>& question);

/// Passes the commits of a range to `take` until it returns false.  What `take` throws is thrown as
/// it is.
void visit_range(CommitSource& source, const RepoRef& repo, const CommitRange& range,
                 const std::function<bool(SourceCommit&&)>& take);

/// What an intake does with the commits of a repository.
struct IntakeOptions {
  std::string external_id = {};  ///< empty: the repository is not attached, nothing is stored
  std::string name = {};         ///< "PRJ/demo"
  RepoRef repo = {};             ///< where the source finds it
  bool files = false;            ///< whether files are asked for, where they are not stored
  bool pass_ignored = false;     ///< whether commits with the marker are passed to `on_commit` too
  std::size_t most = 0;          ///< commits that the intake takes; 0: all
  /// Is called with each commit after it is stored; it has its files if they were asked for.
  std::function<void(CommitInput&)> on_commit = {};
};

/// Stores commits in batches, so that memory does not grow with their number.
class CommitIntake {
 public:
  CommitIntake(const TrackerParts& parts, IntakeOptions options);
  /// Takes the commits of a range.
  void take_range(const CommitRange& range);

  [[nodiscard]] std::int64_t commits() const noexcept { return commits_; }
  [[nodiscard]] std::int64_t added() const noexcept { return added_; }
  [[nodiscard]] bool is_capped() const noexcept { return capped_; }

 private:
  bool take(SourceCommit&& commit);
  CommitInput input_of(SourceCommit&& commit) const;
  void flush();
  void ask_for_files();
  void store();

  const TrackerParts& parts_;
  const IntakeOptions options_;
  const std::size_t batch_size_;
  std::vector<CommitInput> batch_;
  std::vector<bool> ignored_;  // of the batch
  std::size_t bytes_ = 0;      // of the messages of the batch
  std::int64_t commits_ = 0, added_ = 0;
  bool capped_ = false;
};

}  // namespace bitbucket::inline v0_1::tracking
