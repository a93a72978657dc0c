#pragma once

#include <memory>
#include <vector>

#include "testing/handlers/family.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

/// The REST API: finds the operation that a request means and lets it answer.
class RestApi {
 public:
  explicit RestApi(Services services);

  /// Answers a call for a path below the context path, "/rest/...".
  void answer(Call& call, const PathSegments& path);

 private:
  void run(Call& call, Family& family, const Route& route);

  Services services_;
  std::vector<std::unique_ptr<Family>> families_;
};

}  // namespace bitbucket::inline v0_1::testing::embedded
