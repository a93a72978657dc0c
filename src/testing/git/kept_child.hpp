#pragma once

#include <memory>

#include "testing/git/process.hpp"

namespace bitbucket::inline v0_1::testing::git {

/// A git that waits for its next question.  The process keeps a limited number of them, since each
/// needs three descriptors: the one that has waited longest ends to make room.  Its user guards it.
class KeptChild {
 public:
  KeptChild() = default;
  ~KeptChild() { take(); }
  KeptChild(const KeptChild&) = delete;
  KeptChild& operator=(const KeptChild&) = delete;

  /// Returns the child, or nullptr when there is none any more.
  std::unique_ptr<Child> take();
  void keep(std::unique_ptr<Child> child);
};

}  // namespace bitbucket::inline v0_1::testing::git
