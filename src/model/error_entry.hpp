#pragma once

#include <string>
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
  bool has_errors = false;  ///< has a member `errors`, so the API itself answered
  bool router = false;      ///< {"message":..,"status-code":..}: there is no such API; its message
                            ///< is the only entry
};

/// Reads as much as can be understood of the body of an error, which may be anything: never throws
/// a DecodeError.  An entry that is no error object is kept in the extras of an entry.  What no
/// server means seriously is left out: entries after the first 1000, bodies of more than 4 MiB.
ErrorBody read_errors(std::string& body);

}  // namespace bitbucket::inline v0_1::json
