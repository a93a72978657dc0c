#pragma once

#include <cstddef>

// What operator new has given out in this program: the client's answers and headers, and the few
// buffers of the server beside it.
namespace bitbucket::test {

/// Forgets earlier peaks and returns the bytes in use.
std::size_t reset_heap_peak() noexcept;
/// Returns the most bytes in use since then.
[[nodiscard]] std::size_t heap_peak() noexcept;

}  // namespace bitbucket::test
