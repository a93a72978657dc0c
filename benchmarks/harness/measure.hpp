#pragma once

#include <cstdint>

#include "harness/options.hpp"

namespace benchmarks {

/// The results of a workload.
struct Outcome {
  std::uint64_t items = 0;
  std::uint64_t checksum = 0;
};

/// Runs the workload, prints its line of JSON and returns the exit status of the program.
int measure(const char* program, const Options& options, Outcome (*work)(const Options&));

}  // namespace benchmarks
