#include "engine/accounts.hpp"

#include <algorithm>
#include <type_traits>
#include <variant>

#include <bitbucket/error.hpp>

namespace bitbucket::inline v0_1::detail {

using std::chrono::steady_clock;

void Pause::extend(steady_clock::time_point until) noexcept {
  const auto wanted = until.time_since_epoch().count();
  auto known = until_.load(std::memory_order_relaxed);
  while (known < wanted && !until_.compare_exchange_weak(known, wanted)) {
  }
}

steady_clock::time_point Pause::until() const noexcept {
  return steady_clock::time_point(steady_clock::duration(until_.load(std::memory_order_relaxed)));
}

void Accounts::forget_unused(steady_clock::time_point now) {
  std::erase_if(accounts_, [&](const Entry& entry) {
    return entry.account.use_count() == 1 && now - entry.used > kept_for &&
           entry.account->pause->until() <= now;
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

namespace {

class FixedAccount final : public AccountSource {
 public:
  explicit FixedAccount(std::shared_ptr<const Account> account) : account_(std::move(account)) {}
  [[nodiscard]] std::shared_ptr<const Account> get(steady_clock::time_point) const override {
    return account_;
  }

 private:
  std::shared_ptr<const Account> account_;
};

class ProvidedAccounts final : public AccountSource {
 public:
  ProvidedAccounts(std::shared_ptr<Accounts> accounts, CredentialsProvider provider)
      : accounts_(std::move(accounts)), provider_(std::move(provider)) {
    if (!provider_) throw InvalidArgument("the credentials provider is empty");
  }
  [[nodiscard]] std::shared_ptr<const Account> get(steady_clock::time_point now) const override {
    return accounts_->get(provider_(), now);
  }

 private:
  std::shared_ptr<Accounts> accounts_;
  CredentialsProvider provider_;
};

}  // namespace

std::shared_ptr<const AccountSource> make_account_source(std::shared_ptr<Accounts> accounts,
                                                         const Credentials& credentials,
                                                         steady_clock::time_point now) {
  return std::visit(
      [&](const auto& alternative) -> std::shared_ptr<const AccountSource> {
        if constexpr (std::is_same_v<std::decay_t<decltype(alternative)>, CredentialsProvider>)
          return std::make_shared<ProvidedAccounts>(std::move(accounts), alternative);
        else
          return std::make_shared<FixedAccount>(accounts->get(alternative, now));
      },
      credentials);
}

}  // namespace bitbucket::inline v0_1::detail
