#pragma once

#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <bitbucket/detail/export.hpp>

namespace bitbucket::inline v0_1 {

/// JSON for which the library has no type, kept as text; empty when it was absent.
struct RawJson {
  std::string text;  ///< exactly as the server sent it

  /// Returns the value; null when empty.  Throws DecodeError when the text is not JSON.
  [[nodiscard]] BITBUCKET_EXPORT nlohmann::json parse() const;
  /// Returns whether it was absent.
  [[nodiscard]] bool empty() const noexcept { return text.empty(); }
  friend bool operator==(const RawJson&, const RawJson&) = default;
};

/// Names and values of a query or a form, not encoded; a name may stand several times.
using Parameters = std::vector<std::pair<std::string, std::string>>;

}  // namespace bitbucket::inline v0_1
