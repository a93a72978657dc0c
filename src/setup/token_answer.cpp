#include "setup/token_answer.hpp"

#include <string>

#include <bitbucket/error.hpp>
#include <bitbucket/json.hpp>

#include "auth/cleanse.hpp"
#include "base/ascii.hpp"
#include "base/trim.hpp"
#include "http/encoding.hpp"

namespace bitbucket::inline v0_1::setup {
namespace {

/// The parameters of an answer; their values are cleansed afterwards.
class Answer {
 public:
  Answer(std::string_view body, std::string_view where) : where_(where) {
    // OAuth writes a space as %20; a "+" is part of the token.
    auto parsed = http::parse_form(detail::trim(body), false);
    if (!parsed) throw DecodeError("", "it has a broken percent escape", where_);
    parameters_ = std::move(*parsed);
  }
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  ~Answer() {
    for (auto& parameter : parameters_) auth::cleanse(parameter.second);
  }

  /// Returns a value; empty when it is absent.
  [[nodiscard]] std::string_view optional(std::string_view name) const {
    const std::string* found = nullptr;
    for (const auto& parameter : parameters_) {
      if (parameter.first != name) continue;
      if (found && *found != parameter.second) fail(name, "occurs twice with different values");
      found = &parameter.second;
    }
    if (!found) return {};
    if (found->size() > 8192) fail(name, "is longer than 8192 characters");
    for (const unsigned char c : *found)
      if (c < 0x20 || c == 0x7f) fail(name, "contains a control character");
    return *found;
  }

  [[nodiscard]] std::string_view required(std::string_view name) const {
    const std::string_view value = optional(name);
    if (value.empty()) fail(name, "is missing or empty: the answer is not a complete token");
    return value;
  }

  /// Returns a number of seconds.  A senseless value counts as absent: the token has already been
  /// issued and cannot be requested again, so a wrong expiry must not lose it.
  [[nodiscard]] std::optional<std::chrono::seconds> duration(std::string_view name) const {
    const std::string_view text = optional(name);
    if (text.empty() || text.size() > 11) return std::nullopt;  // up to 3000 years
    std::int64_t value = 0;
    for (const char c : text) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    return std::chrono::seconds(value);
  }

 private:
  [[noreturn]] void fail(std::string_view name, const char* reason) const {
    throw DecodeError("/" + std::string(name), reason, where_);
  }

  std::string_view where_;
  Parameters parameters_;
};

}  // namespace

RequestToken read_request_token(const Response& response, std::string_view where) {
  const Answer answer(response.body, where);
  RequestToken out;
  out.token = answer.required("oauth_token");
  out.token_secret = Secret(answer.required("oauth_token_secret"));
  out.callback_confirmed =
      detail::equal_ignoring_case(answer.optional("oauth_callback_confirmed"), "true");
  return out;
}

AccessToken read_access_token(const Response& response, std::string_view where) {
  const Answer answer(response.body, where);
  AccessToken out;
  out.token = Secret(answer.required("oauth_token"));
  out.token_secret = Secret(answer.required("oauth_token_secret"));
  out.session_handle = Secret(answer.optional("oauth_session_handle"));
  out.expires_in = answer.duration("oauth_expires_in");
  out.authorization_expires_in = answer.duration("oauth_authorization_expires_in");
  return out;
}

}  // namespace bitbucket::inline v0_1::setup
