#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

#include "testing/git/context.hpp"
#include "testing/git/lru.hpp"
#include "testing/git/repository.hpp"

namespace bitbucket::inline v0_1::testing::git {

/// One history, read from `git rev-list` as far as it was asked for.  Thread-safe.
class Walk {
 public:
  Walk(ContextPtr context, HistoryQuery query);

  Slice slice(std::size_t start, std::size_t limit);
  std::size_t count();
  /// Returns how many ids are kept, roughly.
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  void read_up_to(std::size_t count);
  void read_ids(std::unique_ptr<Child>& child, std::size_t count);
  [[nodiscard]] Command command() const;

  ContextPtr context_;
  HistoryQuery query_;
  std::mutex mutex_;
  KeptChild kept_;
  std::string ids_;  ///< one after the other: a million of them are a million times 40 bytes
  std::atomic<std::size_t> size_{0};
  bool complete_ = false;
};

/// The walks of the last queries.
class Histories {
 public:
  std::shared_ptr<Walk> walk(const ContextPtr& context, const HistoryQuery& query);
  /// To be called after reading: a walk grows while it is kept.
  void trim();

 private:
  struct Weight {
    std::size_t operator()(const std::shared_ptr<Walk>& walk) const { return walk->size(); }
  };

  std::mutex mutex_;
  Lru<HistoryQuery, std::shared_ptr<Walk>, Weight> walks_{16, 4'000'000};
};

}  // namespace bitbucket::inline v0_1::testing::git
