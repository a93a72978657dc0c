#include "http/curl_transport.hpp"

#include <algorithm>
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
    // Once per process and never undone, because others in the process may use libcurl too.
    static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (initialised != CURLE_OK)
      throw TransportError(TransportError::Kind::other, "libcurl cannot be initialised", false);
  }
  std::unique_ptr<Exchange> start(Request request) override {
    return start_beside(std::move(request), {});
  }
  std::unique_ptr<Exchange> start_beside(Request request, Company company) override {
    const auto* beside = dynamic_cast<const CurlExchange*>(company.beside);
    auto channel = beside && !beside->is_parents() ? beside->channel() : nullptr;
    if (!channel || channel->account != request.account) channel = pool_->take(request.account);
    return std::make_unique<CurlExchange>(pool_->options, std::move(channel), std::move(request),
                                          std::move(company.memory));
  }

  [[nodiscard]] bool waits_for_many() const noexcept override { return true; }
  std::vector<Exchange*> wait_any(std::span<Exchange* const> exchanges, Deadline deadline,
                                  std::stop_token stop) override {
    std::vector<Exchange*> ready = find_ready(exchanges);
    if (!ready.empty()) return ready;
    const std::vector<CurlExchange*> of_each_channel = one_of_each_channel(exchanges);
    std::vector<SocketSet*> sockets;
    for (CurlExchange* each : of_each_channel) sockets.push_back(&each->channel()->sockets());
    const std::stop_callback wake(stop, Wake{sockets.front()});
    for (;;) {
      if (stop.stop_requested()) throw Cancelled(true);
      const auto now = std::chrono::steady_clock::now();
      if (now >= deadline) return {};
      Deadline limit = deadline;
      for (const CurlExchange* each : of_each_channel)
        limit = std::min(limit, each->channel()->timer());
      SocketSet::wait(sockets, std::chrono::ceil<std::chrono::milliseconds>(limit - now));
      for (CurlExchange* each : of_each_channel) each->act();
      ready = find_ready(exchanges);
      if (!ready.empty()) return ready;
    }
  }

 private:
  // Nobody but this transport has started the exchanges.
  static std::vector<Exchange*> find_ready(std::span<Exchange* const> exchanges) {
    std::vector<Exchange*> ready;
    for (Exchange* each : exchanges)
      if (static_cast<const CurlExchange*>(each)->is_ready()) ready.push_back(each);
    if (ready.empty() && static_cast<const CurlExchange*>(exchanges.front())->is_parents())
      ready.push_back(exchanges.front());
    return ready;
  }
  static std::vector<CurlExchange*> one_of_each_channel(std::span<Exchange* const> exchanges) {
    std::vector<CurlExchange*> found;
    for (Exchange* each : exchanges) {
      auto* const exchange = static_cast<CurlExchange*>(each);
      const auto is_known = [&](const CurlExchange* one) {
        return one->channel() == exchange->channel();
      };
      if (std::none_of(found.begin(), found.end(), is_known)) found.push_back(exchange);
    }
    return found;
  }

  std::shared_ptr<Pool> pool_;
};

}  // namespace

std::shared_ptr<Transport> make_curl_transport(const ConnectionOptions& options) {
  check_options(options);
  return std::make_shared<CurlTransport>(options);
}

}  // namespace bitbucket::inline v0_1::http
