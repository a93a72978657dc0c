#pragma once

#include <memory>
#include <utility>

#include <bitbucket/export.hpp>

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
  explicit Family(std::shared_ptr<const detail::Context> context) : context_(std::move(context)) {}
  ~Family() = default;

  /// What the client's calls share.
  std::shared_ptr<const detail::Context> context_;
};

}  // namespace bitbucket::inline v0_1
