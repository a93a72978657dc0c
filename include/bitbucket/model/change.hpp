#pragma once

#include <optional>
#include <string>
#include <vector>

#include <bitbucket/model/common.hpp>

namespace bitbucket::inline v0_1 {

/// The path of a file, split into parts by Bitbucket.  It arrives as an object or as a string; only
/// the parts that arrived are set, but str() always works.
struct RepoPath {
  std::vector<std::string> components;  ///< "src", "main.cpp"
  std::string parent;                   ///< "src"
  std::string name;                     ///< "main.cpp"
  std::string extension;                ///< "cpp"
  std::string full;                     ///< "toString" of the server

  /// Returns the whole path, "src/main.cpp".
  [[nodiscard]] BITBUCKET_EXPORT std::string str() const;
  friend bool operator==(const RepoPath&, const RepoPath&) = default;
};

/// What was done to a file.
enum class ChangeType { unknown, add, copy, del, modify, move };
BITBUCKET_EXPORT EnumWords<ChangeType> enum_words(ChangeType);

/// What a path is.
enum class NodeType { unknown, file, directory, submodule };
BITBUCKET_EXPORT EnumWords<NodeType> enum_words(NodeType);

/// One side of a conflict.
struct ConflictChange {
  RepoPath path;                     ///< of the file
  std::optional<RepoPath> src_path;  ///< where it was, of a move or copy
  Open<ChangeType> type;             ///< of the change
  friend bool operator==(const ConflictChange&, const ConflictChange&) = default;
};

/// Two changes that exclude each other.
struct Conflict {
  std::optional<ConflictChange> our_change;    ///< of the branch merged into
  std::optional<ConflictChange> their_change;  ///< of the branch merged from
  friend bool operator==(const Conflict&, const Conflict&) = default;
};

/// A file that a commit changed.
struct Change {
  std::string content_id;                       ///< id of the content (blob)
  std::string from_content_id;                  ///< zeros when the file is new
  RepoPath path;                                ///< of the file, after the change
  std::optional<RepoPath> src_path;             ///< of a move or copy
  bool executable = false;                      ///< the file is executable now
  std::optional<bool> src_executable;           ///< it was before
  int percent_unchanged = -1;                   ///< -1: the server did not say
  Open<ChangeType> type;                        ///< what was done to the file
  Open<NodeType> node_type;                     ///< what it is now
  std::optional<Open<NodeType>> src_node_type;  ///< what it was before
  std::optional<Conflict> conflict;             ///< when the change conflicts
  Links links;                                  ///< to the change in the browser
  RawJson properties;                           ///< what plugins add
  friend bool operator==(const Change&, const Change&) = default;
};
BITBUCKET_EXPORT const detail::ModelCodec<Change>& model_codec(const Change*);

}  // namespace bitbucket::inline v0_1
