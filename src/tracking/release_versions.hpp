#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

namespace bitbucket::inline v0_1::tracking {

/// Throws InvalidArgument, which says why, for a text that cannot be the version of a release.
void check_version(std::string_view version);

/// The parts of a semantic version that decide its place.  Refers to the text.
struct SemanticVersion {
  std::array<std::string_view, 3> numbers;  ///< digits without leading zeros, of any length
  std::vector<std::string_view> prerelease;
};

/// Parses a version by the rules of Semantic Versioning 2.0.0; a leading "v" or "name@" does
/// not count.
std::optional<SemanticVersion> parse_semantic(std::string_view version);

/// Returns a negative number, zero or a positive number when `a` comes before, at the same place as
/// or after `b`.
int compare(const SemanticVersion& a, const SemanticVersion& b) noexcept;

}  // namespace bitbucket::inline v0_1::tracking
