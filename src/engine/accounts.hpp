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

/// The time during which nothing is sent with some credentials, after a 429.  Thread-safe.
class Pause {
 public:
  /// Lets nobody send before `until` (of RetryOptions::clock); a longer pause stays.
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

/// The accounts of a server that were used last: equal credentials share one, however often they
/// are given, so that their key is parsed once and a pause holds for all.  What nobody has used for
/// a while is forgotten, so that rotated secrets do not stay.  Thread-safe.
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

/// Gives the account for the next attempt.
class AccountSource {
 public:
  virtual ~AccountSource() = default;
  [[nodiscard]] virtual std::shared_ptr<const Account> get(
      std::chrono::steady_clock::time_point now) const = 0;
};

/// Takes the accounts of a client's credentials; a provider is asked each time.
std::shared_ptr<const AccountSource> make_account_source(std::shared_ptr<Accounts> accounts,
                                                         const Credentials& credentials,
                                                         std::chrono::steady_clock::time_point now);

}  // namespace bitbucket::inline v0_1::detail
