#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <bitbucket/testing/git_server.hpp>

namespace bitbucket::inline v0_1::testing::embedded {

/// What was answered, for tests to look at.  Thread-safe, bounded.
class RequestLog {
 public:
  void add(GitServerRequest request) {
    const std::scoped_lock lock(mutex_);
    ++counts_[request.method + ' ' + request.path];
    requests_.push_back(std::move(request));
    if (requests_.size() <= most) return;
    const GitServerRequest& oldest = requests_.front();
    const auto counted = counts_.find(oldest.method + ' ' + oldest.path);
    if (--counted->second == 0) counts_.erase(counted);
    requests_.pop_front();
  }
  [[nodiscard]] std::vector<GitServerRequest> all() const {
    const std::scoped_lock lock(mutex_);
    return {requests_.begin(), requests_.end()};
  }
  [[nodiscard]] std::size_t count(std::string_view method_and_path) const {
    const std::scoped_lock lock(mutex_);
    const auto found = counts_.find(method_and_path);
    return found == counts_.end() ? 0 : found->second;
  }
  void clear() {
    const std::scoped_lock lock(mutex_);
    requests_.clear();
    counts_.clear();
  }

 private:
  static constexpr std::size_t most = 100'000;
  mutable std::mutex mutex_;
  std::deque<GitServerRequest> requests_;
  std::map<std::string, std::size_t, std::less<>> counts_;
};

}  // namespace bitbucket::inline v0_1::testing::embedded
