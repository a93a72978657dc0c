#pragma once

#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <bitbucket/detail/export.hpp>

namespace bitbucket::inline v0_1 {

/// JSON that has no type of its own here, kept as the text that came; empty when it was absent.
struct RawJson {
  std::string text;  ///< as it came

  /// Returns the value; null when empty.  Throws DecodeError when the text is not JSON.
  [[nodiscard]] BITBUCKET_EXPORT nlohmann::json parse() const;
  /// Returns whether it was absent.
  [[nodiscard]] bool empty() const noexcept { return text.empty(); }
  friend bool operator==(const RawJson&, const RawJson&) = default;
};

/// Names and values of a query or a form, not encoded; a name may stand several times.
using Parameters = std::vector<std::pair<std::string, std::string>>;

/// How a type is read from an answer and written to a body.  The library has it for its own types;
/// specialise it to use a type of yours in a row of your own: alone, in an array or in pages.
/// NlohmannCodec makes one from nlohmann's from_json() and to_json().
template <class T>
struct JsonCodec {
  /// Tells this from a specialisation of yours, which has no such member.
  static constexpr bool of_the_library = true;
  /// Fills `out` from a JSON text.  `body` may be given more capacity, its content stays.
  static void read(std::string& body, T& out);
  /// Returns the JSON text of `value`.  Throws InvalidArgument on a string that is not UTF-8.
  static std::string write(const T& value);
};

/// How a filter becomes query parameters.  The library has it for its own filters and for
/// Parameters.
template <class T>
struct QueryCodec {
  /// Appends what the filter says; an empty member adds nothing.
  static void append(Parameters& query, const T& filter);
};

}  // namespace bitbucket::inline v0_1
