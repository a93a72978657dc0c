#include "http/curl_transport.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

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
    return start_beside(std::move(request), {});
  }
  std::unique_ptr<Exchange> start_beside(Request request, Company company) override {
    const auto* beside = dynamic_cast<const CurlExchange*>(company.beside);
    auto channel = beside ? beside->channel() : nullptr;
    if (!channel || channel->account != request.account) channel = pool_->take(request.account);
    return std::make_unique<CurlExchange>(pool_->options, std::move(channel), std::move(request),
                                          std::move(company.memory));
  }

  [[nodiscard]] bool waits_for_many() const noexcept override { return true; }
  Exchange* wait_any(std::span<Exchange* const> exchanges, Deadline deadline,
                     std::stop_token stop) override {
    std::vector<CurlExchange*> of_each_channel;
    std::vector<SocketSet*> sockets;
    std::optional<std::stop_callback<Wake>> wake;
    for (;;) {
      of_each_channel.clear();
      sockets.clear();
      Deadline limit = deadline;
      for (Exchange* each : exchanges) {
        // Nobody but this transport has started them.
        auto* const exchange = static_cast<CurlExchange*>(each);
        if (exchange->is_ready()) return exchange;
        Channel& channel = *exchange->channel();
        if (!sockets.empty() && sockets.back() == &channel.sockets()) continue;
        if (std::find(sockets.begin(), sockets.end(), &channel.sockets()) != sockets.end()) continue;
        sockets.push_back(&channel.sockets());
        of_each_channel.push_back(exchange);
        limit = std::min(limit, channel.timer());
      }
      if (!wake) wake.emplace(stop, Wake{sockets.front()});
      if (stop.stop_requested()) throw Cancelled(true);
      const auto now = std::chrono::steady_clock::now();
      if (now >= deadline) return nullptr;
      SocketSet::wait(sockets, std::chrono::ceil<std::chrono::milliseconds>(limit - now));
      for (CurlExchange* exchange : of_each_channel) exchange->act();
    }
  }

 private:
  struct Wake {
    SocketSet* sockets;
    void operator()() const noexcept { sockets->wake(); }
  };

  std::shared_ptr<Pool> pool_;
};

}  // namespace

std::shared_ptr<Transport> make_curl_transport(const ConnectionOptions& options) {
  check_options(options);
  return std::make_shared<CurlTransport>(options);
}

}  // namespace bitbucket::inline v0_1::http
