#pragma once

#include <optional>
#include <string>

#include <bitbucket/model/common.hpp>

namespace bitbucket::inline v0_1 {

/// A branch or a tag.
enum class RefType { unknown, branch, tag };
BITBUCKET_EXPORT EnumWords<RefType> enum_words(RefType);

/// A branch.
struct Branch {
  std::string id;                ///< "refs/heads/main"
  std::string display_id;        ///< "main"
  Open<RefType> type;            ///< always RefType::branch
  std::string latest_commit;     ///< the commit that it points to
  std::string latest_changeset;  ///< an older name of `latest_commit`
  bool is_default = false;       ///< the default branch of the repository
  RawJson metadata;              ///< with BranchFilter::details: a map from provider to data
  friend bool operator==(const Branch&, const Branch&) = default;
};
BITBUCKET_EXPORT const detail::ModelCodec<Branch>& model_codec(const Branch*);

/// A tag.
struct Tag {
  std::string id;                   ///< "refs/tags/v1.0"
  std::string display_id;           ///< "v1.0"
  Open<RefType> type;               ///< always RefType::tag
  std::string latest_commit;        ///< the commit that it finally points to
  std::string latest_changeset;     ///< an older name of `latest_commit`
  std::optional<std::string> hash;  ///< of the tag object; absent for a lightweight tag
  friend bool operator==(const Tag&, const Tag&) = default;
};
BITBUCKET_EXPORT const detail::ModelCodec<Tag>& model_codec(const Tag*);

/// Which branches to list.
struct BranchFilter {
  /// How branches and tags are sorted.
  enum class Order { server_default, alphabetical, modification };

  std::string filter_text = {};            ///< text that the name contains
  std::string base = {};                   ///< branch or commit that `details` compares with
  bool details = false;                    ///< fills Branch::metadata
  bool boost_matches = false;              ///< lists exact and prefix matches first
  Order order_by = Order::server_default;  ///< the order of the rows
};
BITBUCKET_EXPORT EnumWords<BranchFilter::Order> enum_words(BranchFilter::Order);
BITBUCKET_EXPORT void append_query(Parameters& query, const BranchFilter& filter);

/// Which tags to list.
struct TagFilter {
  /// How tags are sorted, like branches.
  using Order = BranchFilter::Order;

  std::string filter_text = {};            ///< text that the name contains
  Order order_by = Order::server_default;  ///< the order of the rows
};
BITBUCKET_EXPORT void append_query(Parameters& query, const TagFilter& filter);

}  // namespace bitbucket::inline v0_1
