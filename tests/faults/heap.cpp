#include "faults/heap.hpp"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> in_use{0};
std::atomic<std::size_t> peak{0};

void* counted(void* block) noexcept {
  if (block == nullptr) return nullptr;
  const std::size_t size = ::malloc_usable_size(block);
  const std::size_t now = in_use.fetch_add(size, std::memory_order_relaxed) + size;
  std::size_t known = peak.load(std::memory_order_relaxed);
  while (known < now && !peak.compare_exchange_weak(known, now, std::memory_order_relaxed)) {
  }
  return block;
}

void* allocate(std::size_t size) {
  if (void* block = counted(std::malloc(size == 0 ? 1 : size))) return block;
  throw std::bad_alloc();
}

void release(void* block) noexcept {
  if (block != nullptr) in_use.fetch_sub(::malloc_usable_size(block), std::memory_order_relaxed);
  std::free(block);
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return counted(std::malloc(size == 0 ? 1 : size));
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return counted(std::malloc(size == 0 ? 1 : size));
}
void operator delete(void* block) noexcept { release(block); }
void operator delete[](void* block) noexcept { release(block); }
void operator delete(void* block, std::size_t) noexcept { release(block); }
void operator delete[](void* block, std::size_t) noexcept { release(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept { release(block); }
void operator delete[](void* block, const std::nothrow_t&) noexcept { release(block); }

namespace bitbucket::test {

std::size_t reset_heap_peak() noexcept {
  const std::size_t now = in_use;
  peak = now;
  return now;
}

std::size_t heap_peak() noexcept { return peak; }

}  // namespace bitbucket::test
