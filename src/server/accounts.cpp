#include "server/accounts.hpp"

#include <algorithm>
#include <type_traits>
#include <variant>

#include <bitbucket/error.hpp>

namespace bitbucket::inline v0_1::detail {

using std::chrono::steady_clock;

void Account::pause(steady_clock::time_point until) const noexcept {
  const auto wanted = until.time_since_epoch().count();
  auto known = paused_until_.load(std::memory_order_relaxed);
  while (known < wanted && !paused_until_.compare_exchange_weak(known, wanted)) {
  }
}

steady_clock::time_point Account::paused_until() const noexcept {
  return steady_clock::time_point(
      steady_clock::duration(paused_until_.load(std::memory_order_relaxed)));
}

void Accounts::forget_unused(steady_clock::time_point now) {
  std::erase_if(accounts_, [&](const Entry& entry) {
    return entry.account.use_count() == 1 && now - entry.used > kept_for &&
           entry.account->paused_until() <= now;
  });
}

std::shared_ptr<const Account> Accounts::get(const FixedCredentials& credentials,
                                             steady_clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  forget_unused(now);
  const auto known = std::find_if(accounts_.begin(), accounts_.end(), [&](const Entry& entry) {
    return entry.credentials == credentials;
  });
  if (known != accounts_.end()) {
    std::rotate(known, known + 1, accounts_.end());
    accounts_.back().used = now;
    return accounts_.back().account;
  }
  auto account = std::make_shared<Account>();
  account->authorizer = auth::make_authorizer(credentials, base_url_);
  if (accounts_.size() == kept) accounts_.erase(accounts_.begin());
  return accounts_.emplace_back(Entry{credentials, std::move(account), now}).account;
}

AccountSource::AccountSource(std::shared_ptr<Accounts> accounts, const Credentials& credentials,
                             steady_clock::time_point now)
    : accounts_(std::move(accounts)) {
  std::visit(
      [&](const auto& alternative) {
        if constexpr (std::is_same_v<std::decay_t<decltype(alternative)>, CredentialsProvider>) {
          if (!alternative) throw InvalidArgument("the credentials provider is empty");
          provider_ = alternative;
        } else {
          account_ = accounts_->get(alternative, now);
        }
      },
      credentials);
}

std::shared_ptr<const Account> AccountSource::get(steady_clock::time_point now) const {
  return provider_ ? accounts_->get(provider_(), now) : account_;
}

}  // namespace bitbucket::inline v0_1::detail
