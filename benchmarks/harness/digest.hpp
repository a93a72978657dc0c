#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <bitbucket/model/change.hpp>
#include <bitbucket/model/commit.hpp>
#include <bitbucket/model/repo.hpp>

#include "harness/measure.hpp"

namespace benchmarks {

/// A running hash that depends on the order.  It is cheap, because its time is part of the
/// measurement.
class Digest {
 public:
  void add(std::uint64_t word) noexcept {
    state_ = (std::rotl(state_, 29) ^ word) * 0x9e3779b97f4a7c15u;
  }
  void add(std::string_view text) noexcept;
  [[nodiscard]] std::uint64_t value() const noexcept { return state_; }

 private:
  std::uint64_t state_ = 0x243f6a8885a308d3u;
};

// Every member of every struct.
void add(Digest& digest, const bitbucket::Commit& commit);
void add(Digest& digest, const bitbucket::Change& change);
void add(Digest& digest, const bitbucket::Repo& repo);

/// Counts items, and adds them to a digest when a checksum is wanted.
class Tally {
 public:
  explicit Tally(const Options& options) : checksum_(options.checksum) {}

  template <class T>
  void operator()(const T& item) {
    ++outcome_.items;
    if (checksum_) add(digest_, item);
  }
  template <class T>
  void all(const std::span<const T> items) {
    for (const T& item : items) (*this)(item);
  }
  /// Adds what was counted elsewhere; the order of these calls matters.
  void join(const Outcome& other) {
    outcome_.items += other.items;
    if (checksum_) digest_.add(other.checksum);
  }
  [[nodiscard]] Outcome outcome() const {
    return {outcome_.items, checksum_ ? digest_.value() : 0};
  }

 private:
  Digest digest_;
  Outcome outcome_;
  bool checksum_;
};

}  // namespace benchmarks
