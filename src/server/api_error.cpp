#include "server/api_error.hpp"

#include <algorithm>
#include <utility>

#include "auth/oauth_problem.hpp"
#include "base/ascii.hpp"
#include "http/date.hpp"
#include "http/url.hpp"
#include "model/error_entry.hpp"

namespace bitbucket::inline v0_1::server {
namespace {

std::string_view first_character(std::string_view body) noexcept {
  const std::size_t at = body.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  return at == std::string_view::npos ? std::string_view() : body.substr(at);
}

/// True for a redirect to a path or a host that is known for logins; false for a mere change of
/// scheme or host.
bool is_login_redirect(const Response& response) noexcept {
  if (response.status / 100 != 3) return false;
  std::string_view path = response.header("Location");
  std::string_view host;
  if (const std::size_t scheme = path.find("//"); scheme != std::string_view::npos) {
    path.remove_prefix(scheme + 2);
    host = path.substr(0, path.find('/'));
    path.remove_prefix(host.size());
  }
  path = path.substr(0, path.find('?'));
  return host.starts_with("sso.") || host.starts_with("login.") || host.starts_with("idp.") ||
         detail::contains_ignoring_case(path, "login") ||
         detail::contains_ignoring_case(path, "saml") ||
         detail::contains_ignoring_case(path, "/sso");
}

bool requires_captcha(const Response& response, const std::vector<ErrorEntry>& errors) noexcept {
  return detail::contains_ignoring_case(response.header("X-Authentication-Denied-Reason"),
                                        "CAPTCHA") ||
         std::any_of(errors.begin(), errors.end(), [](const ErrorEntry& entry) {
           return entry.exception() == "CaptchaRequiredAuthenticationException";
         });
}

/// Redacts the parsed entries as well, because JSON has many ways to escape a character.
void redact_entries(ErrorAnswer& answer, const auth::Redactor& secrets) {
  for (ErrorEntry& entry : answer.errors)
    for (std::string* text :
         {&entry.context, &entry.message, &entry.exception_name, &entry.extras.text})
      secrets.redact(*text);
}

}  // namespace

bool is_web_page(const Response& response) noexcept {
  const std::string_view type = response.header("Content-Type");
  return detail::contains_ignoring_case(type, "html") ||
         first_character(response.body).starts_with('<');
}

bool is_error_envelope(const Response& response) { return json::is_error_envelope(response.body); }

void throw_api_error(const Asked& asked, Response response, const auth::Redactor& secrets) {
  secrets.redact(response.body);
  ErrorAnswer answer;
  answer.status = response.status;
  answer.method = to_string(asked.method);
  answer.path = asked.path;
  answer.may_have_acted = asked.sent.may_have_acted;
  answer.repeatable = asked.sent.repeatable;
  answer.content_type = response.header("Content-Type");
  answer.request_id = response.header("X-AREQUESTID");
  answer.retry_after =
      http::parse_retry_after(response.header("Retry-After"), response.header("Date"));
  answer.location = http::printable_url(response.header("Location"));

  auto problem = auth::parse_oauth_problem(response);
  const bool html = is_web_page(response);
  if (!html) {
    json::ErrorBody body = json::read_errors(response.body);
    // The router answers in JSON as well.  An unreadable body says nothing about the API.
    answer.unrouted = response.status == 404 && body.readable && !body.has_errors &&
                      (body.router || body.entries.empty());
    answer.errors = std::move(body.entries);
  }
  answer.captcha = requires_captcha(response, answer.errors);
  answer.login_page = is_login_redirect(response) ||
                      (html && (response.status / 100 == 2 || response.status == 401));
  response.body.resize(std::min<std::size_t>(response.body.size(), 64 << 10));
  answer.body = std::move(response.body);
  answer.body.shrink_to_fit();
  redact_entries(answer, secrets);
  if (problem) secrets.redact(problem->advice);
  if (problem) throw OAuthError(std::move(answer), *problem);
  throw ApiError(std::move(answer));
}

}  // namespace bitbucket::inline v0_1::server
