#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "tracking/commit_intake.hpp"

namespace bitbucket::inline v0_1::tracking {

/// Brings the branches of one repository up to date.
///
/// A branch is stored with a commit only after everything that the commit reaches is stored, so
/// that what comes later needs to ask only for what lies beyond.  A delivery of a webhook is a hint
/// that a branch moved: it may come late, twice or never, and its `from` may be unknown here.
class PushRecorder {
 public:
  PushRecorder(const TrackerParts& parts, AttachedRepository repository);
  /// Records a branch that a delivery shows; `from` and `to` are empty when there is none.
  RecordedRef record(const std::string& ref, const std::string& from, const std::string& to);
  /// Makes the stored branches those of the server.
  std::vector<RecordedRef> reconcile();

 private:
  /// Where the commits to ask for begin.
  struct Base {
    std::string since = {};  ///< empty: the whole history
    bool complete = true;    ///< everything that `since` reaches is stored
  };
  [[nodiscard]] std::string stored(const std::string& ref) const;
  [[nodiscard]] bool is_stored_head(const std::string& commit) const;
  [[nodiscard]] std::vector<Base> bases(const RecordedRef& change) const;
  /// Stores the commits up to `change.to`, and returns whether all that it reaches is stored.
  bool fetch(RecordedRef& change);
  void remember(const std::string& ref, const std::string& commit);
  void forget(const std::string& ref);
  void drop_head(const std::string& ref);

  const TrackerParts& parts_;
  const AttachedRepository repository_;
  std::map<std::string, std::string> heads_;       // stored commit by ref
  std::unordered_multiset<std::string> at_heads_;  // the same commits
  std::map<std::string, std::string> server_;      // the server's, when it was asked
  // A stored commit that a branch of the server points to: it exists there, while others may have
  // been garbage-collected.
  std::string on_server_;
};

}  // namespace bitbucket::inline v0_1::tracking
