#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/model/common.hpp>

namespace bitbucket::inline v0_1 {

struct MinimalCommit {
  std::string id;
  std::string display_id;
  friend bool operator==(const MinimalCommit&, const MinimalCommit&) = default;
};

/// A commit.
struct Commit {
  std::string id;          ///< 40 hexadecimal digits
  std::string display_id;  ///< abbreviated
  Person author;
  Timestamp author_timestamp{};
  Person committer;
  Timestamp committer_timestamp{};
  std::string message;  ///< may be empty
  std::vector<MinimalCommit> parents;
  RawJson properties;

  /// Returns the first line of the message.
  [[nodiscard]] std::string_view title() const noexcept {
    return std::string_view(message).substr(0, message.find('\n'));
  }
  friend bool operator==(const Commit&, const Commit&) = default;
};

}  // namespace bitbucket::inline v0_1
