#include <bitbucket/error.hpp>

#include <algorithm>

#include "base/one_line.hpp"
#include "base/repeat.hpp"

namespace bitbucket::inline v0_1 {
namespace {

using detail::one_line;

std::string describe(const ErrorAnswer& answer) {
  std::string what =
      answer.method + ' ' + one_line(answer.path, 400) + ": HTTP " + std::to_string(answer.status);
  if (answer.login_page) {
    what +=
        ": the server asks for a login: the credentials are missing, wrong or expired, or base_url "
        "does not lead to the REST API";
  } else if (answer.captcha) {
    what += ": the account is locked until a captcha is solved in the browser; do not retry";
  } else if (answer.unrouted) {
    // No route of Bitbucket matches an encoded slash.
    what +=
        answer.path.find("%2F") != std::string::npos
            ? ": this server has no such API (or Bitbucket does not allow a slash, %2F, in this "
              "parameter)"
            : ": this server has no such API (or base_url lacks its context path)";
  }
  const std::size_t shown = std::min<std::size_t>(answer.errors.size(), 10);
  for (std::size_t i = 0; i < shown; ++i) {
    const ErrorEntry& entry = answer.errors[i];
    what += ": " + one_line(entry.message.empty() ? entry.exception_name : entry.message, 1000);
    if (!entry.context.empty()) what += " (" + one_line(entry.context, 100) + ')';
  }
  if (shown < answer.errors.size())
    what += ": and " + std::to_string(answer.errors.size() - shown) + " more";
  if (answer.errors.empty() && !answer.login_page && !answer.captcha && !answer.unrouted &&
      !answer.content_type.empty() && !answer.body.empty()) {
    what += ": the answer is " + one_line(answer.content_type, 60) + ", not an API error";
    if (answer.status == 404 || answer.status == 405)
      what += "; check base_url: it must include the context path (\"https://HOST/bitbucket\")";
  }
  if (!answer.location.empty()) {
    what += ": redirects to " + one_line(answer.location, 200);
    if (!answer.login_page) what += "; redirects are not followed: check base_url";
  }
  if (answer.retry_after)
    what += ": retry after " + std::to_string(answer.retry_after->count()) + " s";
  if (!answer.request_id.empty()) what += " [request " + one_line(answer.request_id, 80) + ']';
  return what;
}

std::string describe(const ErrorAnswer& answer, const OAuthProblem& problem) {
  std::string what = answer.method + ' ' + one_line(answer.path, 400) +
                     ": OAuth problem: " + one_line(problem.problem, 80);
  if (!problem.advice.empty()) what += ": " + one_line(problem.advice, 300);
  for (const std::string& name : problem.absent) what += ": missing " + one_line(name, 80);
  for (const std::string& name : problem.rejected) what += ": rejected " + one_line(name, 80);
  if (!problem.acceptable_timestamps.empty())
    what += ": acceptable timestamps " + one_line(problem.acceptable_timestamps, 60);
  what += " (HTTP " + std::to_string(answer.status) + ')';
  return what;
}

}  // namespace

Error::Error(const std::string& what) : std::runtime_error(one_line(what)) {}
Error::~Error() = default;
ApiError::~ApiError() = default;
OAuthError::~OAuthError() = default;
TransportError::~TransportError() = default;
DecodeError::~DecodeError() = default;
Cancelled::~Cancelled() = default;
InvalidArgument::~InvalidArgument() = default;

std::string_view ErrorEntry::exception() const noexcept {
  const std::string_view name = exception_name;
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

ApiError::ApiError(ErrorAnswer answer) : ApiError(answer, describe(answer)) {}

ApiError::ApiError(ErrorAnswer answer, const std::string& what)
    : Error(what), answer_(std::make_shared<const ErrorAnswer>(std::move(answer))) {}

bool ApiError::has_exception(std::string_view simple_name) const noexcept {
  return std::any_of(errors().begin(), errors().end(),
                     [&](const ErrorEntry& entry) { return entry.exception() == simple_name; });
}

// The exception says more than the status: a lacking permission is 401 AuthorisationException.
bool ApiError::is_forbidden() const noexcept {
  return has_exception("AuthorisationException") || (status() == 403 && !is_captcha_required());
}
bool ApiError::is_unauthenticated() const noexcept {
  return answer_->login_page || is_captcha_required() || (status() == 401 && !is_forbidden());
}
bool ApiError::is_not_found() const noexcept { return status() == 404; }
bool ApiError::is_conflict() const noexcept { return status() == 409; }
bool ApiError::is_rate_limited() const noexcept { return status() == 429; }
bool ApiError::may_have_acted() const noexcept {
  return answer_->may_have_acted || detail::may_have_acted(status());
}
bool ApiError::is_retryable() const noexcept {
  return detail::is_retryable(status(), {may_have_acted(), answer_->repeatable});
}

OAuthError::OAuthError(ErrorAnswer answer, OAuthProblem problem)
    : ApiError(answer, describe(answer, problem)),
      problem_(std::make_shared<const OAuthProblem>(std::move(problem))) {}

TransportError::TransportError(Kind kind, const std::string& what, bool sent, bool repeatable)
    : Error(what), kind_(kind), sent_(sent), repeatable_(repeatable) {}

bool TransportError::is_retryable() const noexcept {
  return detail::is_retryable(kind_, {sent_, repeatable_});
}

std::string_view to_string(TransportError::Kind kind) noexcept {
  switch (kind) {
    case TransportError::Kind::resolve:
      return "resolve";
    case TransportError::Kind::connect:
      return "connect";
    case TransportError::Kind::proxy:
      return "proxy";
    case TransportError::Kind::proxy_refused:
      return "proxy_refused";
    case TransportError::Kind::tls:
      return "tls";
    case TransportError::Kind::certificate:
      return "certificate";
    case TransportError::Kind::timeout:
      return "timeout";
    case TransportError::Kind::reset:
      return "reset";
    case TransportError::Kind::cut:
      return "cut";
    case TransportError::Kind::malformed:
      return "malformed";
    case TransportError::Kind::too_large:
      return "too_large";
    case TransportError::Kind::other:
      break;
  }
  return "other";
}

DecodeError::DecodeError(std::string pointer, std::string reason, std::string_view where)
    : Error((where.empty() ? std::string() : std::string(where) + ": ") +
            (where.empty() ? "cannot decode the document at " : "cannot decode the answer at ") +
            (pointer.empty() ? "its top level" : '"' + one_line(pointer, 300) + '"') + ": " +
            one_line(reason, 500)),
      data_(std::make_shared<const Data>(
          Data{std::move(pointer), std::move(reason), !where.empty()})) {}

Cancelled::Cancelled(bool sent) : Error("the call was cancelled"), sent_(sent) {}

}  // namespace bitbucket::inline v0_1
