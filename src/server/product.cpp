#include "server/product.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "auth/oauth_problem.hpp"
#include "server/api_error.hpp"
#include "server/bytes_answer.hpp"

namespace bitbucket::inline v0_1::server {
namespace {

bool is_mutating(Method method) { return method != Method::get && method != Method::head; }

class ServerProduct final : public detail::Product {
 public:
  [[nodiscard]] std::string_view api_root() const noexcept override { return "rest"; }
  [[nodiscard]] std::string_view request_id_header() const noexcept override {
    return "X-AREQUESTID";
  }

  void add_headers(const detail::CallSpec& call, std::vector<Header>& headers) const override {
    headers.push_back(
        {"Accept", call.operation.answer == AnswerKind::stream ? "*/*" : "application/json"});
    if (!is_mutating(call.operation.method)) return;
    // Without both headers, the server refuses a write as a possible request forgery by a browser.
    headers.push_back({"X-Atlassian-Token", "no-check"});
    headers.push_back(
        {"Content-Type", call.content_type.empty() ? "application/json" : call.content_type});
  }

  [[nodiscard]] bool is_answer(const detail::CallSpec& call,
                               const Response& response) const override {
    if (response.status / 100 != 2) return false;
    if (response.status == 204 || call.operation.answer == AnswerKind::stream) return true;
    return !is_web_page(response) && !is_error_envelope(response);
  }

  [[nodiscard]] detail::BytesFault find_fault(const Response& head, bool decoded) const override {
    return server::find_fault(head, decoded);
  }
  [[nodiscard]] bool may_be_login_page(const Response& head) const override {
    return server::may_be_login_page(head);
  }
  [[nodiscard]] bool holds_login_form(std::string_view page) const override {
    return server::holds_login_form(page);
  }

  [[nodiscard]] bool says_not_found(const Response& response) const override {
    return response.status == 404 && !is_web_page(response);
  }

  [[nodiscard]] bool refuses_timestamp(const Response& response) const override {
    const auto problem = auth::parse_oauth_problem(response);
    return problem && problem->problem == "timestamp_refused";
  }

  [[noreturn]] void fail(const detail::CallSpec& call, Response response, detail::Sent sent,
                         const auth::Redactor& secrets) const override {
    throw_api_error({call.operation.method, call.path, sent}, std::move(response), secrets);
  }

  void ask_for_page(Parameters& query, std::int64_t start, int limit) const override {
    query.emplace_back("start", std::to_string(start));
    query.emplace_back("limit", std::to_string(limit));
  }

  [[nodiscard]] std::optional<std::int64_t> next_page(std::string_view body) const override {
    constexpr std::string_view key = "\"nextPageStart\":";
    const std::string_view tail =
        body.substr(body.size() - std::min<std::size_t>(body.size(), 160));
    const std::size_t at = tail.rfind(key);
    if (at == std::string_view::npos) return std::nullopt;
    std::int64_t next = 0;
    const auto [end, error] =
        std::from_chars(tail.data() + at + key.size(), tail.data() + tail.size(), next);
    if (error != std::errc() || end == tail.data() + tail.size() || next < 0) return std::nullopt;
    return next;
  }
};

}  // namespace

const detail::Product& product() {
  static const ServerProduct instance;
  return instance;
}

}  // namespace bitbucket::inline v0_1::server
