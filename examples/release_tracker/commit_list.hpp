// How the pages show commits.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <bitbucket/tracking.hpp>

namespace tracker {

struct CommitRow {
  bitbucket::StoredCommit commit;
  std::vector<bitbucket::FileChange> files = {};
  std::vector<std::string> issues = {};
};

// Returns the newest commits that no release has, with their issues, and one more than `limit` if
// there are more.
std::vector<CommitRow> unreleased_commits(const bitbucket::TrackingStore& store, std::size_t limit);

// Returns commits of a release, from the row `first` on, with their files and issues.
std::vector<CommitRow> release_commits(const bitbucket::TrackingStore& store,
                                       const std::string& version, std::size_t first,
                                       std::size_t limit);

std::string date(bitbucket::Timestamp time);
std::string author(const std::optional<bitbucket::CommitAuthor>& author);
std::string issue_link(const std::string& key);
std::string commit_list(const std::vector<CommitRow>& rows);

}  // namespace tracker
