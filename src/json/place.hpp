#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bitbucket::inline v0_1::json {

/// How deep a value may lie in a document that is read into structs.
inline constexpr int max_depth = 64;

/// Where in a document a value is: a chain on the stack that costs nothing until it is asked.
struct Place {
  const Place* up = nullptr;  ///< what holds it; none for the document
  std::string_view name{};    ///< of the member; no data for an element
  std::size_t index = 0;      ///< of the element
  int depth = 0;
  std::size_t expected = 0;  ///< elements that an array here is said to have; 0 if nothing is said
};

/// Returns the JSON pointer (RFC 6901) of a place.
std::string pointer(const Place& at);

/// Throws the DecodeError for a place.  `reason` must not quote values, which may be secrets.
[[noreturn]] void fail(const Place& at, const std::string& reason);

}  // namespace bitbucket::inline v0_1::json
