#include "micro/allocations.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace {
// Not atomic: these programs have one thread, and an atomic one would be seen in the results.
std::size_t count = 0;
}

namespace benchmarks {
std::size_t allocations() noexcept { return count; }
}  // namespace benchmarks

void* operator new(std::size_t size) {
  ++count;
  if (void* out = std::malloc(size)) return out;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
