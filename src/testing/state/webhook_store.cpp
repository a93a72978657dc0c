#include "testing/state/webhook_store.hpp"

#include <atomic>
#include <utility>

namespace bitbucket::inline v0_1::testing::embedded {

using nlohmann::json;

Webhook WebhookStore::add(Webhook hook) {
  static std::atomic<std::int64_t> last{0};
  hook.id = ++last;
  const std::scoped_lock lock(mutex_);
  hooks_[hook.id] = hook;
  return hook;
}

std::vector<Webhook> WebhookStore::all() const {
  const std::scoped_lock lock(mutex_);
  std::vector<Webhook> out;
  for (const auto& [id, hook] : hooks_) out.push_back(hook);
  return out;
}

std::optional<Webhook> WebhookStore::find(std::int64_t id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = hooks_.find(id);
  if (found == hooks_.end()) return std::nullopt;
  return found->second;
}

bool WebhookStore::replace(const Webhook& hook) {
  const std::scoped_lock lock(mutex_);
  const auto found = hooks_.find(hook.id);
  if (found == hooks_.end()) return false;
  found->second = hook;
  return true;
}

bool WebhookStore::remove(std::int64_t id) {
  const std::scoped_lock lock(mutex_);
  latest_.erase(id);
  return hooks_.erase(id) != 0;
}

void WebhookStore::set_latest(std::int64_t id, json invocation) {
  const std::scoped_lock lock(mutex_);
  if (hooks_.contains(id)) latest_[id] = std::move(invocation);
}

json WebhookStore::latest(std::int64_t id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = latest_.find(id);
  return found == latest_.end() ? json() : found->second;
}

}  // namespace bitbucket::inline v0_1::testing::embedded
