#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <bitbucket/integration/commit_source.hpp>
#include <bitbucket/model/change.hpp>

namespace bitbucket::inline v0_1::integration {

/// The files that one commit changed, each path once, in the order in which they came.
///
/// A moved file is deleted and added, and a copy is added.  A path whose changes are of one type
/// keeps that type.  A path whose changes differ existed before and exists afterwards, so it is
/// modified: this is so when one file moves away and another takes its place.
class FileList {
 public:
  /// Names the commit in errors.
  explicit FileList(std::string_view commit) : commit_(commit) {}

  /// Adds what a change did.  Throws DecodeError when a path is missing or impossible.
  void add(const Change& change);
  /// Returns all files.
  std::vector<FileChange> take() { return std::move(files_); }

 private:
  void add(const RepoPath* path, NodeType node, FileChangeType type);

  std::string_view commit_;
  std::vector<FileChange> files_;
  std::unordered_map<std::string, std::size_t> places_;  // of paths in files_
};

}  // namespace bitbucket::inline v0_1::integration
