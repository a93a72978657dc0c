#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>

#include <bitbucket/server.hpp>

#include "server/accounts.hpp"

// What clients, views and ranges share, and what a view changes of it.
namespace bitbucket::inline v0_1::detail {

struct Core {
  std::string base_url;  // normalised
  ConnectionOptions connection;
  std::string user_agent;
  std::shared_ptr<Transport> transport;
  std::shared_ptr<Accounts> accounts;
};

struct Context {
  std::shared_ptr<const Core> core;
  std::shared_ptr<const AccountSource> accounts;
  std::chrono::milliseconds timeout{};
  std::stop_token stop;
  std::shared_ptr<void> keeps_stop;  // what joins several tokens into `stop`
  int page_size = 1000;
  int prefetch = 1;
  int max_in_flight = 1;
  int max_empty_pages = 1000;
};

ContextPtr make_context(const ClientOptions& options);
ContextPtr change_context(const ContextPtr& context, const CallOptions& options);

}  // namespace bitbucket::inline v0_1::detail
