#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <bitbucket/model/change.hpp>
#include <bitbucket/model/commit.hpp>
#include <bitbucket/model/page.hpp>
#include <bitbucket/model/repo.hpp>

namespace benchmarks::limit {

/// The body of an answer: memory that is kept, with the padding that simdjson reads into.
class Body {
 public:
  static constexpr std::size_t padding = 64;

  void clear() noexcept { size_ = 0; }
  void reserve(std::size_t size);
  void append(const char* data, std::size_t size);
  [[nodiscard]] std::string_view text() const noexcept { return {memory_.get(), size_}; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  void swap(Body& other) noexcept {
    memory_.swap(other.memory_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

 private:
  std::unique_ptr<char[]> memory_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;  // with the padding
};

// Written by hand for these structs: it looks for the expected key first and keeps only what goes
// into the structs.  It skips members that the load server never sends.
void decode(const Body& body, bitbucket::Page<bitbucket::Commit>& out);
void decode(const Body& body, bitbucket::Page<bitbucket::Change>& out);
void decode(const Body& body, bitbucket::Repo& out);

/// Returns what the end of a page says about the next one, without decoding the page.
std::optional<std::int64_t> next_start_in_tail(std::string_view body) noexcept;

}  // namespace benchmarks::limit
