#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include <bitbucket/client_options.hpp>

#include "engine/accounts.hpp"
#include "engine/product.hpp"

// What clients, views and ranges share, and the part of it that a view changes.
namespace bitbucket::inline v0_1::detail {

struct Core {
  const Product* product = nullptr;
  std::string base_url;  // normalised
  ConnectionOptions connection;
  std::string user_agent;
  std::shared_ptr<Transport> transport;
};

struct Context {
  std::shared_ptr<const Core> core;
  std::shared_ptr<Accounts> known_accounts;  // none where credentials are made for each call
  std::shared_ptr<const AccountSource> accounts;
  std::chrono::milliseconds timeout{};
  std::stop_token stop;
  std::shared_ptr<void> keeps_stop;  // what joins several tokens into `stop`
  AnswerObserver on_answer;
  int page_size = 1000;
  int prefetch = 1;
  int max_in_flight = 1;
  int max_empty_pages = 1000;
};

using ContextPtr = std::shared_ptr<const Context>;

/// Makes what all calls to one server share.  Throws InvalidArgument for options that cannot work.
std::shared_ptr<const Core> make_core(const Product& product, std::string_view base_url,
                                      const ConnectionOptions& connection);

/// Makes the context of a client.
ContextPtr make_context(std::shared_ptr<const Core> core, const Credentials& credentials,
                        const PagingOptions& paging);
/// Makes the context of a view, which differs only in the options that are set.
ContextPtr change_context(const ContextPtr& context, const CallOptions& options);

}  // namespace bitbucket::inline v0_1::detail
