#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/detail/export.hpp>
#include <bitbucket/integration/commit_source.hpp>

namespace bitbucket::inline v0_1 {

namespace tracking {
class Database;
}

/// The branches whose commits a TrackingStore has, up to the commit that each one points to.  Every
/// function throws InvalidArgument when no repository with the external id is attached.
class BITBUCKET_EXPORT BranchStore {
 public:
  /// Returns the branches of an attached repository, sorted by name.
  [[nodiscard]] std::vector<SourceHead> list(std::string_view external_id) const;
  /// Stores what a branch points to.
  void set(std::string_view external_id, const SourceHead& head) const;
  /// Removes a branch; does nothing when it is not stored.
  void remove(std::string_view external_id, std::string_view ref) const;

 private:
  friend class TrackingStore;
  explicit BranchStore(std::shared_ptr<tracking::Database> database);
  std::shared_ptr<tracking::Database> database_;
};

}  // namespace bitbucket::inline v0_1
