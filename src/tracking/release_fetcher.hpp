#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tracking/commit_intake.hpp"
#include "tracking/commit_spool.hpp"

namespace bitbucket::inline v0_1::tracking {

/// Fetches the commits of a release, and stores the release.
class ReleaseFetcher {
 public:
  ReleaseFetcher(const TrackerParts& parts, NewRelease release);
  /// Does what Tracker::set_refs() does.
  std::vector<FetchedRef> set(const std::vector<ReleaseRef>& refs);

 private:
  /// A ref whose repository is known.
  struct Wanted {
    AttachedRepository repository;
    std::string since, until;
  };
  [[nodiscard]] std::vector<Wanted> wanted(const std::vector<ReleaseRef>& refs) const;
  [[nodiscard]] std::string previous_head(const AttachedRepository& repository) const;
  [[nodiscard]] std::string resolved(const RepoRef& repo, const std::string& name) const;
  void fetch(const Wanted& ref, FetchedRef& out);
  void write(const std::vector<Wanted>& refs, const std::vector<FetchedRef>& fetched);

  const TrackerParts& parts_;
  const NewRelease release_;
  CommitSpool spool_;
};

/// Does what Tracker::compare_commits() does.
std::vector<CommitInput> compare_commits(const TrackerParts& parts, const RepoRef& repo,
                                         const CommitRange& range);

}  // namespace bitbucket::inline v0_1::tracking
