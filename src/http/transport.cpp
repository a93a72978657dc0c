#include <bitbucket/transport.hpp>

#include <atomic>
#include <utility>

#include <bitbucket/error.hpp>

#include "base/ascii.hpp"
#include "http/account.hpp"

namespace bitbucket::inline v0_1 {

std::string_view to_string(Method method) noexcept {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::del:
      return "DELETE";
  }
  return "GET";
}

std::string_view find_header(const std::vector<Header>& headers, std::string_view name) noexcept {
  for (const Header& header : headers)
    if (detail::equal_ignoring_case(header.name, name)) return header.value;
  return {};
}

std::uint64_t http::next_account() noexcept {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

Exchange::~Exchange() = default;
Transport::~Transport() = default;

std::unique_ptr<Exchange> Transport::start_beside(Request request, Company) {
  return start(std::move(request));
}

std::vector<Exchange*> Transport::wait_any(std::span<Exchange* const> exchanges, Deadline,
                                           std::stop_token) {
  if (exchanges.empty()) return {};
  return {exchanges.front()};
}

std::unique_ptr<Exchange> BlockingTransport::start(Request request) {
  class Blocking final : public Exchange {
   public:
    Blocking(BlockingTransport& transport, Request wanted)
        : transport_(transport), request_(std::move(wanted)) {}
    Response wait(Deadline, std::stop_token stop) override {
      if (cancelled_ || stop.stop_requested()) throw Cancelled(false);
      Response response = transport_.send(request_);
      if (request_.sink && response.status / 100 == 2) {
        if (request_.on_head) request_.on_head(response);
        request_.sink(response.body);
        response.body.clear();
      } else if (response.body.size() > request_.max_body) {
        throw TransportError(TransportError::Kind::too_large, "the answer is larger than allowed",
                             true);
      }
      return response;
    }
    void cancel() noexcept override { cancelled_ = true; }

   private:
    BlockingTransport& transport_;
    Request request_;
    std::atomic<bool> cancelled_ = false;
  };
  return std::make_unique<Blocking>(*this, std::move(request));
}

}  // namespace bitbucket::inline v0_1
