#pragma once

#include <memory>

#include <bitbucket/detail/export.hpp>

namespace bitbucket::inline v0_1 {

namespace detail {
struct Context;
}

/// The base of the families of operations.  A family is a const member of its client and cannot be
/// copied or moved out of it.
class BITBUCKET_EXPORT Family {
 public:
  Family(const Family&) = delete;
  Family& operator=(const Family&) = delete;

 protected:
  /// Only a client makes families.
  explicit Family(const std::shared_ptr<const detail::Context>& context) : context_(context) {}
  ~Family() = default;

  /// What the client's calls share.  It refers to the client's own member, so a view costs one
  /// reference count however many families there are.
  const std::shared_ptr<const detail::Context>& context_;
};

}  // namespace bitbucket::inline v0_1
