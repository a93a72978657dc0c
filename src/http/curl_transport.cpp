#include "http/curl_transport.hpp"

#include <utility>

#include <bitbucket/error.hpp>

#include "http/curl_exchange.hpp"

namespace bitbucket::inline v0_1::http {
namespace {

class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(const ConnectionOptions& options)
      : pool_(std::make_shared<Pool>(options)) {
    // Once per process and never undone: other users of libcurl may be there.
    static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (initialised != CURLE_OK)
      throw TransportError(TransportError::Kind::other, "libcurl cannot be initialised", false);
  }
  std::unique_ptr<Exchange> start(Request request) override {
    const auto* beside = dynamic_cast<const CurlExchange*>(request.beside);
    auto channel = beside ? beside->channel() : nullptr;
    if (!channel || channel->account != request.account) channel = pool_->take(request.account);
    return std::make_unique<CurlExchange>(pool_->options, std::move(channel), std::move(request));
  }

 private:
  std::shared_ptr<Pool> pool_;
};

}  // namespace

std::shared_ptr<Transport> make_curl_transport(const ConnectionOptions& options) {
  check_options(options);
  return std::make_shared<CurlTransport>(options);
}

}  // namespace bitbucket::inline v0_1::http
