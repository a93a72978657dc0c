#include <deque>
#include <mutex>
#include <string>
#include <unordered_set>

#include <bitbucket/error.hpp>
#include <bitbucket/webhooks.hpp>

namespace bitbucket::inline v0_1 {
namespace {

constexpr std::size_t longest_id = 256;  // a UUID has 36 characters

}  // namespace

class SeenDeliveries::Impl {
 public:
  explicit Impl(std::size_t capacity) : capacity_(capacity) {}

  bool seen(std::string_view id) {
    const std::scoped_lock lock(mutex_);
    const auto [entry, is_new] = known_.emplace(id);
    if (!is_new) return true;
    try {
      oldest_first_.push_back(&*entry);
    } catch (...) {
      known_.erase(entry);
      throw;
    }
    if (known_.size() > capacity_) {
      known_.erase(known_.find(*oldest_first_.front()));
      oldest_first_.pop_front();
    }
    return false;
  }
  void forget(std::string_view id) {
    const std::scoped_lock lock(mutex_);
    const auto entry = known_.find(std::string(id));
    if (entry == known_.end()) return;
    std::erase(oldest_first_, &*entry);
    known_.erase(entry);
  }

 private:
  const std::size_t capacity_;
  std::mutex mutex_;
  std::unordered_set<std::string> known_;
  std::deque<const std::string*> oldest_first_;
};

SeenDeliveries::SeenDeliveries(std::size_t capacity) : impl_(std::make_unique<Impl>(capacity)) {
  if (capacity == 0) throw InvalidArgument("SeenDeliveries must remember at least one delivery");
}
SeenDeliveries::~SeenDeliveries() = default;

bool SeenDeliveries::seen(std::string_view request_id) {
  return !request_id.empty() && request_id.size() <= longest_id && impl_->seen(request_id);
}

void SeenDeliveries::forget(std::string_view request_id) { impl_->forget(request_id); }

}  // namespace bitbucket::inline v0_1
