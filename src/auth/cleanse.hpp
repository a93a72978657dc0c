#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include <openssl/crypto.h>

namespace bitbucket::inline v0_1::auth {

/// Overwrites a string and everything that its buffer held before, then empties it.
inline void cleanse(std::string& text) noexcept {
  text.resize(text.capacity());  // within the capacity: allocates nothing
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

/// A work buffer for secrets.  Reserve before filling it: a buffer that grows leaves copies behind.
struct Scrubbed {
  std::string text;

  explicit Scrubbed(std::size_t capacity) { text.reserve(capacity); }
  Scrubbed(Scrubbed&& other) noexcept : text(std::move(other.text)) { cleanse(other.text); }
  Scrubbed& operator=(Scrubbed&&) = delete;
  ~Scrubbed() { cleanse(text); }
};

/// For containers that hold secrets: overwrites memory before it is freed.
template <class T>
struct CleansingAllocator {
  using value_type = T;

  CleansingAllocator() = default;
  template <class U>
  CleansingAllocator(const CleansingAllocator<U>&) noexcept {}  // NOLINT: converts
  T* allocate(std::size_t n) { return std::allocator<T>().allocate(n); }
  void deallocate(T* memory, std::size_t n) noexcept {
    OPENSSL_cleanse(memory, n * sizeof(T));
    std::allocator<T>().deallocate(memory, n);
  }
  friend bool operator==(CleansingAllocator, CleansingAllocator) { return true; }
};

}  // namespace bitbucket::inline v0_1::auth
