#include <bitbucket/server.hpp>

#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "engine/core.hpp"
#include "http/url.hpp"
#include "server/product.hpp"

namespace bitbucket::inline v0_1 {

BitbucketServer::BitbucketServer(const ClientOptions& options)
    : BitbucketServer(detail::make_context(
          detail::make_core(server::product(), options.base_url, options.connection),
          options.credentials, options.paging)) {}

BitbucketServer::BitbucketServer(std::shared_ptr<const detail::Context> context)
    : context_(std::move(context)) {}

BitbucketServer::BitbucketServer(BitbucketServer&& other) noexcept
    : BitbucketServer(std::move(other.context_)) {}

BitbucketServer& BitbucketServer::operator=(BitbucketServer&& other) noexcept {
  context_ = std::move(other.context_);
  return *this;
}

BitbucketServer::~BitbucketServer() = default;

BitbucketServer BitbucketServer::with(const CallOptions& options) const {
  return BitbucketServer(detail::change_context(context_, options));
}

void BitbucketServer::run(const NextJob& next, const ConcurrencyOptions& options) const {
  std::stop_source stop;
  const BitbucketServer client = with({.stop = stop.get_token()});
  detail::run_on_threads([&] { return next(client); }, stop, client.context_->stop, options.max);
}

namespace {

nlohmann::json send_untyped(const detail::ContextPtr& context, Method method, std::string_view path,
                            const Parameters& query, std::string body) {
  if (!path.starts_with("/rest/"))
    throw InvalidArgument("the path of a call must begin with /rest/; the client adds the host");
  http::require_encoded_path(path);
  // The observer sees the path as it is, since there is no template.
  detail::CallSpec call(Operation{.method = method,
                                  .answer = AnswerKind::value,
                                  .repeatable = method == Method::get || method == Method::head,
                                  .takes_body = !body.empty(),
                                  .path = path});
  call.path = path;
  call.query = query;
  call.body = std::move(body);
  Response response = detail::execute(context, call);
  if (response.body.empty()) return nullptr;
  try {
    return RawJson{std::move(response.body)}.parse();
  } catch (const DecodeError& error) {
    detail::rethrow(error, *context, call, response);
  }
}

}  // namespace

nlohmann::json BitbucketServer::call(Method method, std::string_view path,
                                     const Parameters& query) const {
  return send_untyped(context_, method, path, query, {});
}

nlohmann::json BitbucketServer::call(Method method, std::string_view path, const Parameters& query,
                                     const nlohmann::json& body) const {
  std::string text;
  try {
    text = body.dump();
  } catch (const nlohmann::json::exception&) {
    throw InvalidArgument("the body of the call contains a string that is not UTF-8");
  }
  return send_untyped(context_, method, path, query, std::move(text));
}

}  // namespace bitbucket::inline v0_1
