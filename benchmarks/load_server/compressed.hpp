#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "load_server/content.hpp"

namespace benchmarks {

/// Answers with gzip bodies, each compressed once, so that a second run costs the server nothing.
class Compressed {
 public:
  /// Returns `plain`, the answer for `target`, with its body compressed.
  Answer answer(std::string_view target, const Answer& plain);

 private:
  std::map<std::string, std::string, std::less<>> bodies_;  // by target
};

}  // namespace benchmarks
