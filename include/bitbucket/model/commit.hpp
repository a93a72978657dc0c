#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/boxed.hpp>
#include <bitbucket/model/common.hpp>

namespace bitbucket::inline v0_1 {

/// A commit as others refer to it.  The members after the ids are set where the server sends them,
/// as for the parents of a single commit.
struct MinimalCommit {
  std::string id;                   ///< 40 hexadecimal digits
  std::string display_id;           ///< abbreviated
  Boxed<Person> author;             ///< who wrote it
  Timestamp author_timestamp{};     ///< when it was written
  Boxed<Person> committer;          ///< who committed it
  Timestamp committer_timestamp{};  ///< when it was committed
  std::string message;              ///< may be empty
  friend bool operator==(const MinimalCommit&, const MinimalCommit&) = default;
};
BITBUCKET_EXPORT const detail::ModelCodec<MinimalCommit>& model_codec(const MinimalCommit*);

/// A commit.
struct Commit {
  std::string id;                      ///< 40 hexadecimal digits
  std::string display_id;              ///< abbreviated
  Person author;                       ///< who wrote it
  Timestamp author_timestamp{};        ///< when it was written
  Person committer;                    ///< who committed it
  Timestamp committer_timestamp{};     ///< when it was committed
  std::string message;                 ///< may be empty
  std::vector<MinimalCommit> parents;  ///< more than one for a merge
  RawJson properties;                  ///< what plugins add

  /// Returns the first line of the message.
  [[nodiscard]] std::string_view title() const noexcept {
    return std::string_view(message).substr(0, message.find('\n'));
  }
  friend bool operator==(const Commit&, const Commit&) = default;
};
BITBUCKET_EXPORT const detail::ModelCodec<Commit>& model_codec(const Commit*);

/// Which commits to list.
struct CommitFilter {
  /// Whether commits with several parents are listed.
  enum class Merges { include, exclude, only };

  std::string since = {};           ///< id, branch or tag, left out together with all it reaches
  std::string until = {};           ///< id, branch or tag, included; the default branch when empty
  std::string path = {};            ///< only commits that touched this file or directory
  Merges merges = Merges::include;  ///< what to do with merges
  bool follow_renames = false;      ///< follows the file that `path` names across its renames
  bool ignore_missing = false;  ///< an unknown `since` or `until` gives no commits, not an error
};
BITBUCKET_EXPORT EnumWords<CommitFilter::Merges> enum_words(CommitFilter::Merges);
BITBUCKET_EXPORT void append_query(Parameters& query, const CommitFilter& filter);

}  // namespace bitbucket::inline v0_1
