#pragma once

#include <chrono>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <bitbucket/server.hpp>
#include <bitbucket/testing/fault.hpp>

// How each fault must look to a caller.
namespace bitbucket::test {

/// How a call ended.  No call may end as `unexplained`, which means an unforeseen way.
enum class Outcome { unexplained, served, api, decode, transport };

/// How one kind of answer must end.
struct Expected {
  Outcome outcome = Outcome::unexplained;
  std::string gist = {};  ///< a part of the exception's text
  bool (*also)(const Error&) = nullptr;
};

enum class Repeated { never, if_repeatable, always };

/// One fault, and how every operation that meets it must end.
struct FaultCase {
  std::string name;
  testing::Fault fault;
  Expected json;     ///< pages, values, arrays, optionals
  Expected nothing;  ///< operations without an answer
  Expected bytes;
  Repeated repeated = Repeated::never;
  bool breaks = false;        ///< the fault breaks the connection
  bool silent_later = false;  ///< the connection looks good but is not
  /// Late bytes may be taken for the next answer to the same credentials, but to no others.
  bool speaks_later = false;
  /// Set when an optional answer differs from other JSON.
  std::optional<Expected> absent = {};
  /// Set when an answer without an identifying member differs from other JSON.
  std::optional<Expected> unidentified = {};
  std::chrono::milliseconds timeout = std::chrono::minutes(10);  ///< of the call

  [[nodiscard]] const Expected& of(AnswerKind kind, bool identified) const;
};

const std::vector<FaultCase>& fault_cases();

inline void PrintTo(const FaultCase& fault, std::ostream* out) { *out << fault.name; }

}  // namespace bitbucket::test
