#pragma once

#include <string_view>
#include <vector>

#include <bitbucket/error.hpp>

namespace bitbucket::inline v0_1::json {

template <class F>
void fields(ErrorEntry& e, F& f) {
  f("context", e.context);
  f("message", e.message);
  f("exceptionName", e.exception_name);
  f.others(e.extras);
}

/// What the body of an error says.
struct ErrorBody {
  std::vector<ErrorEntry> entries;
  bool readable = false;     ///< is a JSON object
  bool has_errors = false;   ///< has a member `errors`, so the API itself answered
  bool only_errors = false;  ///< has no other member
  bool router = false;       ///< {"message":..,"status-code":..}: there is no such API; its message
                             ///< is the only entry
};

/// Reads as much as can be understood of the body of an error, which may be anything: never throws
/// a DecodeError.  An entry that is no error object is kept in the extras of an entry.  What no
/// server means seriously is left out: entries after the first 1000, bodies of more than 4 MiB.
/// Bytes that are not UTF-8 and halves of surrogate pairs become U+FFFD.
ErrorBody read_errors(std::string_view body);

/// True for {"errors":[...]} with at least one entry that says what went wrong, and nothing else.
bool is_error_envelope(std::string_view body);

}  // namespace bitbucket::inline v0_1::json
