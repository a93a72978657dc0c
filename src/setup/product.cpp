#include "setup/product.hpp"

#include <utility>

#include "auth/oauth_problem.hpp"
#include "server/api_error.hpp"
#include "server/product.hpp"

namespace bitbucket::inline v0_1::setup {
namespace {

/// Has the same errors as the server, but its answers are forms.
class SetupProduct final : public detail::Product {
 public:
  [[nodiscard]] std::string_view api_root() const noexcept override {
    return server::product().api_root();
  }
  [[nodiscard]] std::string_view request_id_header() const noexcept override {
    return server::product().request_id_header();
  }
  void add_headers(const detail::CallSpec&, std::vector<Header>& headers) const override {
    headers.push_back({"Accept", "*/*"});
    headers.push_back({"X-Atlassian-Token", "no-check"});
  }
  [[nodiscard]] bool is_answer(const detail::CallSpec&, const Response& response) const override {
    return response.status / 100 == 2 && !auth::parse_oauth_problem(response) &&
           !server::is_web_page(response);
  }
  // There are no answers of bytes.
  [[nodiscard]] detail::BytesFault find_fault(const Response&, bool) const override {
    return detail::BytesFault::none;
  }
  [[nodiscard]] bool may_be_login_page(const Response&) const override { return false; }
  [[nodiscard]] bool holds_login_form(std::string_view) const override { return false; }
  [[nodiscard]] bool says_not_found(const Response&) const override { return false; }
  [[nodiscard]] bool refuses_timestamp(const Response& response) const override {
    return server::product().refuses_timestamp(response);
  }
  [[noreturn]] void fail(const detail::CallSpec& call, Response response, detail::Sent sent,
                         const auth::Redactor& secrets) const override {
    server::throw_api_error({call.operation.method, call.path, sent}, std::move(response), secrets);
  }
  void ask_for_page(Parameters&, std::int64_t, int) const override {}  // there are no pages
  [[nodiscard]] std::optional<std::int64_t> next_page(std::string_view) const override {
    return std::nullopt;
  }
};

}  // namespace

const detail::Product& product() {
  static const SetupProduct instance;
  return instance;
}

}  // namespace bitbucket::inline v0_1::setup
