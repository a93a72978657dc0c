#pragma once

#include <cstddef>

namespace benchmarks {

/// Returns how often this program has asked for memory.
std::size_t allocations() noexcept;

}  // namespace benchmarks
