#pragma once

#include <optional>
#include <string>
#include <vector>

#include <bitbucket/model/common.hpp>

namespace bitbucket::inline v0_1 {

/// The path of a file as Bitbucket takes it apart.  It arrives as an object or as a string; only
/// the parts that arrived are set, str() is always there.
struct RepoPath {
  std::vector<std::string> components;
  std::string parent;
  std::string name;
  std::string extension;
  std::string full;  ///< "toString" of the server

  /// Returns the whole path, "src/main.cpp".
  [[nodiscard]] BITBUCKET_EXPORT std::string str() const;
  friend bool operator==(const RepoPath&, const RepoPath&) = default;
};

enum class ChangeType { unknown, add, copy, del, modify, move };
BITBUCKET_EXPORT EnumNames<ChangeType> names(ChangeType);

enum class NodeType { unknown, file, directory, submodule };
BITBUCKET_EXPORT EnumNames<NodeType> names(NodeType);

/// One side of a conflict.
struct ConflictChange {
  RepoPath path;
  std::optional<RepoPath> src_path;
  Open<ChangeType> type;
  friend bool operator==(const ConflictChange&, const ConflictChange&) = default;
};

struct Conflict {
  std::optional<ConflictChange> our_change;
  std::optional<ConflictChange> their_change;
  friend bool operator==(const Conflict&, const Conflict&) = default;
};

/// A file that a commit changed.
struct Change {
  std::string content_id;
  std::string from_content_id;  ///< zeros when the file is new
  RepoPath path;
  std::optional<RepoPath> src_path;  ///< of a move or copy
  bool executable = false;
  std::optional<bool> src_executable;
  int percent_unchanged = -1;  ///< -1: the server did not say
  Open<ChangeType> type;
  Open<NodeType> node_type;
  std::optional<Open<NodeType>> src_node_type;
  std::optional<Conflict> conflict;
  Links links;
  RawJson properties;
  friend bool operator==(const Change&, const Change&) = default;
};

}  // namespace bitbucket::inline v0_1
