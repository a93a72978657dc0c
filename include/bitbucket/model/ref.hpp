#pragma once

#include <optional>
#include <string>

#include <bitbucket/model/common.hpp>

namespace bitbucket::inline v0_1 {

/// A branch or a tag.
enum class RefType { unknown, branch, tag };
/// Returns the server's words, see Open.
BITBUCKET_EXPORT EnumNames<RefType> names(RefType);

/// A branch.
struct Branch {
  std::string id;                ///< "refs/heads/main"
  std::string display_id;        ///< "main"
  Open<RefType> type;            ///< always RefType::branch
  std::string latest_commit;     ///< what it points to
  std::string latest_changeset;  ///< the same, deprecated by the server
  bool is_default = false;       ///< the default branch of the repository
  RawJson metadata;              ///< with BranchFilter::details: a map from provider to data
  friend bool operator==(const Branch&, const Branch&) = default;
};

/// A tag.
struct Tag {
  std::string id;                   ///< "refs/tags/v1.0"
  std::string display_id;           ///< "v1.0"
  Open<RefType> type;               ///< always RefType::tag
  std::string latest_commit;        ///< what it points to in the end
  std::string latest_changeset;     ///< the same, deprecated by the server
  std::optional<std::string> hash;  ///< of the tag object; absent for a lightweight tag
  friend bool operator==(const Tag&, const Tag&) = default;
};

}  // namespace bitbucket::inline v0_1
