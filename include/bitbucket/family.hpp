#pragma once

#include <memory>

#include <bitbucket/detail/export.hpp>

namespace bitbucket::inline v0_1 {

namespace detail {
struct Context;
}

/// The base of the families of operations, which are members of a client and stay there.
class BITBUCKET_EXPORT Family {
 public:
  Family(const Family&) = delete;
  Family& operator=(const Family&) = delete;

 protected:
  /// Made by the client only.
  explicit Family(const std::shared_ptr<const detail::Context>& context) : context_(context) {}
  ~Family() = default;

  /// What the client's calls share: the client's own member, so that a view costs one reference
  /// count however many families there are.
  const std::shared_ptr<const detail::Context>& context_;
};

}  // namespace bitbucket::inline v0_1
