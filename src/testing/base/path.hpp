#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "testing/base/text.hpp"

namespace bitbucket::embedded {

/// A path as the servlet container takes it apart.
struct PathSegments {
  enum class Verdict {
    good,
    unrouted,  ///< an encoded slash or an empty segment: found by no route
    bad,       ///< answered with 400 before anything is looked up
  };
  Verdict verdict = Verdict::good;
  std::vector<std::string> segments;  ///< decoded one by one, `.` and `..` resolved
  bool trailing_slash = false;
};

/// Splits a raw path ("/rest/api/1.0/repos").
PathSegments split_path(std::string_view raw);

/// Whether a request line holds only characters that Tomcat accepts.
bool acceptable_target(std::string_view target);

/// Compares with a pattern such as "projects/{project}/repos/{repo}/raw/{path...}" and returns the
/// values of the placeholders.
std::optional<Pairs> match(std::string_view pattern, const std::vector<std::string>& segments);

}  // namespace bitbucket::embedded
