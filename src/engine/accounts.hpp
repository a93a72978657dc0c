#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <bitbucket/connection.hpp>
#include <bitbucket/credentials.hpp>

#include "auth/authorizer.hpp"
#include "http/account.hpp"

// Credentials as calls use them: parsed once, and paused together.
namespace bitbucket::inline v0_1::detail {

/// The pause after a 429, during which nothing is sent with the same credentials.  Thread-safe.
class Pause {
 public:
  /// Makes the pause last at least until this time of RetryOptions::clock.
  void extend(std::chrono::steady_clock::time_point until) noexcept;
  [[nodiscard]] std::chrono::steady_clock::time_point until() const noexcept;

 private:
  std::atomic<std::chrono::steady_clock::rep> until_{0};
};

/// Parsed credentials, and the pause that all calls with these credentials share.
struct Account {
  std::shared_ptr<const auth::Authorizer> authorizer;
  std::shared_ptr<Pause> pause = std::make_shared<Pause>();
  const std::uint64_t id = http::next_account();  ///< the Request::account of these calls
};

/// The accounts of a server that were used last.  Equal credentials share one account, however
/// often they are given, so that their key is parsed once and a pause applies to all of their
/// calls. Accounts that were not used for a while are forgotten, so that rotated secrets do not
/// stay. Thread-safe.
class Accounts {
 public:
  explicit Accounts(std::string base_url) : base_url_(std::move(base_url)) {}

  /// Throws InvalidArgument when the credentials cannot work.
  [[nodiscard]] std::shared_ptr<const Account> get(const FixedCredentials& credentials,
                                                   std::chrono::steady_clock::time_point now);

  static constexpr std::size_t kept = 64;
  static constexpr std::chrono::minutes kept_for{10};

 private:
  struct Entry {
    FixedCredentials credentials;
    std::shared_ptr<const Account> account;
    std::chrono::steady_clock::time_point used;
  };
  void forget_unused(std::chrono::steady_clock::time_point now);

  std::string base_url_;
  std::mutex mutex_;
  std::vector<Entry> accounts_;  // newest last
};

/// Returns the account for the next attempt.
class AccountSource {
 public:
  virtual ~AccountSource() = default;
  [[nodiscard]] virtual std::shared_ptr<const Account> get(
      std::chrono::steady_clock::time_point now) const = 0;
};

/// Makes the source of the accounts for a client's credentials.  A provider is asked at each
/// attempt.
std::shared_ptr<const AccountSource> make_account_source(std::shared_ptr<Accounts> accounts,
                                                         const Credentials& credentials,
                                                         std::chrono::steady_clock::time_point now);

}  // namespace bitbucket::inline v0_1::detail
