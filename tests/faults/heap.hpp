#pragma once

#include <cstddef>

// Counts what operator new allocates in this program: the client's answers and headers, and a few
// buffers of the server.
namespace bitbucket::test {

/// Forgets earlier peaks and returns the bytes in use.
std::size_t reset_heap_peak() noexcept;
/// Returns the highest number of bytes in use since then.
[[nodiscard]] std::size_t heap_peak() noexcept;

}  // namespace bitbucket::test
