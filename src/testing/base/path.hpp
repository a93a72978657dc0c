#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "testing/base/text.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

/// A path as the servlet container takes it apart.
struct PathSegments {
  enum class Verdict {
    good,
    unrouted,  ///< an encoded slash or an empty segment: found by no route
    bad,       ///< answered with 400 before anything is looked up
  };
  Verdict verdict = Verdict::good;
  std::vector<std::string> segments;  ///< decoded one by one, `.` and `..` resolved
};

/// Splits a raw path ("/rest/api/1.0/repos").
PathSegments split_path(std::string_view raw);

/// Whether a request line holds only characters that Tomcat accepts.
bool acceptable_target(std::string_view target);

/// A pattern such as "projects/{project}/repos/{repo}/raw/{path...}", parsed once for all requests.
class PathPattern {
 public:
  explicit PathPattern(std::string_view text);

  /// Returns the values of the placeholders, or nothing when the segments do not fit.
  [[nodiscard]] std::optional<Pairs> match(const std::vector<std::string>& segments) const;

 private:
  struct Part {
    enum class Kind { text, segment, rest };
    Kind kind = Kind::text;
    std::string text;  ///< what the segment must be, or the name of the placeholder
  };
  std::vector<Part> parts_;
};

}  // namespace bitbucket::inline v0_1::testing::embedded
