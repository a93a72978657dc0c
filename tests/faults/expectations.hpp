#pragma once

#include <chrono>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <bitbucket/server.hpp>
#include <bitbucket/testing/fault.hpp>

// What each fault must look like to a caller.
namespace bitbucket::test {

/// How a call ended; what nobody has thought of is `unexplained`, which no call may be.
enum class Outcome { unexplained, served, api, decode, transport };

/// How one kind of answer must end.
struct Expected {
  Outcome outcome = Outcome::unexplained;
  std::string gist = {};  ///< a part of the exception's text
  bool (*also)(const Error&) = nullptr;
};

enum class Repeated { never, if_repeatable, always };

/// One fault, and what becomes of every operation that meets it.
struct FaultCase {
  std::string name;
  testing::Fault fault;
  Expected json;     ///< pages, values, arrays, optionals
  Expected nothing;  ///< where no content is due
  Expected bytes;
  Repeated repeated = Repeated::never;
  bool breaks = false;        ///< the connection, which must not be used again
  bool silent_later = false;  ///< the connection looks good and is not
  /// What comes later may be taken for the next answer to the same credentials, but no others.
  bool speaks_later = false;
  /// Where an optional answer is not like the other JSON.
  std::optional<Expected> absent = {};
  /// Where an answer that nothing identifies is not like the other JSON.
  std::optional<Expected> unidentified = {};
  std::chrono::milliseconds timeout = std::chrono::minutes(10);  ///< of the call

  [[nodiscard]] const Expected& of(AnswerKind kind, bool identified) const;
};

const std::vector<FaultCase>& fault_cases();

inline void PrintTo(const FaultCase& fault, std::ostream* out) { *out << fault.name; }

}  // namespace bitbucket::test
