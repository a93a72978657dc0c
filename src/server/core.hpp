#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include <bitbucket/server.hpp>

#include "auth/authorizer.hpp"

// What clients, views and ranges share, and what a view changes of it.
namespace bitbucket::inline v0_1::detail {

/// Parsed credentials, and the pause that a 429 imposes on all who use them.
struct Account {
  std::shared_ptr<const auth::Authorizer> authorizer;
  mutable std::atomic<std::int64_t> paused_until{0};  // steady clock, nanoseconds

  void pause(std::chrono::nanoseconds time) const noexcept;
  /// How long requests must still wait.
  [[nodiscard]] std::chrono::nanoseconds paused() const noexcept;
};

/// Gives the account for the next attempt; asks a provider each time and keeps what it parsed.
class AccountSource {
 public:
  AccountSource(Credentials credentials, std::string base_url);
  [[nodiscard]] std::shared_ptr<const Account> get() const;

 private:
  [[nodiscard]] std::shared_ptr<const Account> parse(const FixedCredentials& credentials) const;

  std::string base_url_;
  CredentialsProvider provider_;
  mutable std::mutex mutex_;
  mutable FixedCredentials provided_;
  mutable std::shared_ptr<const Account> account_;
};

struct Core {
  std::string base_url;  // normalised
  ConnectionOptions connection;
  std::string user_agent;
  std::shared_ptr<Transport> transport;
};

struct Context {
  std::shared_ptr<const Core> core;
  std::shared_ptr<const AccountSource> accounts;
  std::chrono::milliseconds timeout{};
  std::stop_token stop;
  std::shared_ptr<void> keeps_stop;  // what joins several tokens into `stop`
  int page_size = 1000;
  int prefetch = 1;
};

ContextPtr make_context(const ClientOptions& options);
ContextPtr change_context(const ContextPtr& context, const CallOptions& options);

}  // namespace bitbucket::inline v0_1::detail
