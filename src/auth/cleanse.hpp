#pragma once

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

}  // namespace bitbucket::inline v0_1::auth
