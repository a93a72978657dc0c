#include "engine/core.hpp"

#include <utility>

#include <bitbucket/error.hpp>

#include "auth/signer.hpp"
#include "engine/retry.hpp"
#include "http/curl_transport.hpp"
#include "http/url.hpp"

namespace bitbucket::inline v0_1::detail {
namespace {

void check_timeout(std::chrono::milliseconds timeout) {
  if (timeout <= std::chrono::milliseconds(0))
    throw InvalidArgument("the timeout must be positive, not " + std::to_string(timeout.count()) +
                          " ms");
}

void apply(Context& context, const PagingOptions& paging) {
  if (paging.page_size) {
    if (*paging.page_size <= 0)
      throw InvalidArgument("the page size must be positive, not " +
                            std::to_string(*paging.page_size));
    context.page_size = *paging.page_size;
  }
  if (paging.prefetch) {
    if (*paging.prefetch < 0 || *paging.prefetch > 1)
      throw InvalidArgument("prefetch must be 0 or 1, not " + std::to_string(*paging.prefetch));
    context.prefetch = *paging.prefetch;
  }
  if (paging.max_in_flight) {
    if (*paging.max_in_flight < 1 || *paging.max_in_flight > 64)
      throw InvalidArgument("max_in_flight must be 1 to 64, not " +
                            std::to_string(*paging.max_in_flight));
    context.max_in_flight = *paging.max_in_flight;
  }
  if (paging.max_empty_pages) {
    if (*paging.max_empty_pages < 1)
      throw InvalidArgument("max_empty_pages must be at least 1, not " +
                            std::to_string(*paging.max_empty_pages));
    context.max_empty_pages = *paging.max_empty_pages;
  }
}

// A token that stops when either of two tokens does.  Its callbacks live as long as the contexts
// that use it.
struct JoinedStop {
  struct Forward {
    std::stop_source* source;
    void operator()() const noexcept { source->request_stop(); }
  };
  std::shared_ptr<void> outer;
  std::stop_source source;
  std::stop_callback<Forward> first, second;
  JoinedStop(const std::stop_token& a, const std::stop_token& b, std::shared_ptr<void> keeps)
      : outer(std::move(keeps)), first(a, Forward{&source}), second(b, Forward{&source}) {}
};

void join_stop(Context& context, const std::stop_token& stop) {
  if (!stop.stop_possible()) return;
  if (!context.stop.stop_possible()) {
    context.stop = stop;
    return;
  }
  auto joined = std::make_shared<JoinedStop>(context.stop, stop, std::move(context.keeps_stop));
  context.stop = joined->source.get_token();
  context.keeps_stop = std::move(joined);
}

}  // namespace

std::shared_ptr<const Core> make_core(const Product& product, std::string_view base_url,
                                      const ConnectionOptions& connection) {
  check_timeout(connection.timeout);
  if (connection.retry.max_attempts < 1) throw InvalidArgument("max_attempts must be at least 1");
  auto core = std::make_shared<Core>();
  core->product = &product;
  core->base_url = http::normalise_base_url(base_url, "base_url", product.api_root());
  core->connection = bounded(connection);
  core->user_agent = connection.user_agent.empty() ? "" : connection.user_agent + ' ';
  core->user_agent += "bitbucket-cpp/" BITBUCKET_VERSION;
  auth::require_no_control_characters(core->user_agent, "user_agent");
  core->transport =
      connection.transport ? connection.transport : http::make_curl_transport(core->connection);
  return core;
}

ContextPtr make_context(std::shared_ptr<const Core> core, const Credentials& credentials,
                        const PagingOptions& paging) {
  auto context = std::make_shared<Context>();
  context->known_accounts = std::make_shared<Accounts>(core->base_url);
  context->accounts =
      make_account_source(context->known_accounts, credentials, now(core->connection.retry));
  context->timeout = core->connection.timeout;
  apply(*context, paging);
  context->core = std::move(core);
  return context;
}

ContextPtr change_context(const ContextPtr& context, const CallOptions& options) {
  auto changed = std::make_shared<Context>(*context);
  if (options.timeout) {
    check_timeout(*options.timeout);
    changed->timeout = bounded(*options.timeout);
  }
  if (options.credentials)
    changed->accounts = make_account_source(context->known_accounts, *options.credentials,
                                            now(context->core->connection.retry));
  if (options.on_answer) changed->on_answer = options.on_answer;
  join_stop(*changed, options.stop);
  apply(*changed, options.paging);
  return changed;
}

}  // namespace bitbucket::inline v0_1::detail
