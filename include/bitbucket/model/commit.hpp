#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/model/common.hpp>

namespace bitbucket::inline v0_1 {

/// A commit as others refer to it.
struct MinimalCommit {
  std::string id;          ///< 40 hexadecimal digits
  std::string display_id;  ///< abbreviated
  friend bool operator==(const MinimalCommit&, const MinimalCommit&) = default;
};

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

}  // namespace bitbucket::inline v0_1
