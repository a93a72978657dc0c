#pragma once

#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include <bitbucket/testing/fault.hpp>

#include "testing/base/path.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

/// The faults a server was told to have.  Thread-safe.
class FaultScript {
 public:
  /// Throws InvalidArgument on a rule that can fit no request.
  void add(FaultRule rule);
  void clear();

  /// Counts a request for every rule that it fits; the fault of the first that is due.
  [[nodiscard]] std::optional<Fault> next(std::string_view method, std::string_view path);

 private:
  struct Counted {
    explicit Counted(FaultRule given);
    [[nodiscard]] bool fits(std::string_view method, std::string_view path,
                            const PathSegments& segments) const;
    FaultRule rule;
    PathPattern pattern;
    int seen = 0;  ///< requests that fit
  };
  std::mutex mutex_;
  std::vector<Counted> rules_;
};

}  // namespace bitbucket::inline v0_1::testing::embedded
