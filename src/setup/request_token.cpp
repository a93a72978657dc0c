#include <bitbucket/setup.hpp>

#include <utility>

#include <bitbucket/error.hpp>
#include <bitbucket/json.hpp>

#include "auth/cleanse.hpp"
#include "http/encoding.hpp"

namespace bitbucket::inline v0_1 {
namespace {

// The token is saved as a form, which needs no quoting in databases, cookies and environments.  The
// first name carries the version: a release that changes the format will change the number.
constexpr std::string_view version_name = "bitbucket_request_token";
constexpr std::string_view version = "1";

[[noreturn]] void refuse(const char* reason) {
  throw InvalidArgument(std::string("this is not a saved request token: ") + reason);
}

/// The saved fields; their values are cleansed afterwards.
struct Fields {
  Parameters list;

  explicit Fields(std::string_view text) {
    auto parsed = http::parse_form(text, false);
    if (!parsed) refuse("it has a broken percent escape");
    list = std::move(*parsed);
  }
  Fields(const Fields&) = delete;
  Fields& operator=(const Fields&) = delete;
  ~Fields() {
    for (auto& field : list) auth::cleanse(field.second);
  }

  [[nodiscard]] const std::string& operator[](std::string_view name) const {
    const std::string* found = nullptr;
    for (const auto& field : list) {
      if (field.first != name) continue;
      if (found) refuse("it has a field twice");
      found = &field.second;
    }
    if (!found || found->empty()) refuse("it lacks a field");
    return *found;
  }
};

}  // namespace

Secret RequestToken::save() const {
  if (token.empty() || token_secret.empty())
    throw InvalidArgument("this request token is not complete; get_request_token() returns one");
  auth::Scrubbed out(128 + 3 * (token.size() + token_secret.reveal().size()));
  out.text.append(version_name).append("=").append(version).append("&token=");
  http::percent_encode(out.text, token);
  out.text += "&token_secret=";
  http::percent_encode(out.text, token_secret.reveal());
  out.text += callback_confirmed ? "&callback_confirmed=true" : "&callback_confirmed=false";
  return Secret(std::move(out.text));
}

RequestToken RequestToken::restore(const Secret& saved) {
  const Fields fields(saved.reveal());
  if (fields[version_name] != version) refuse("it was written by another version of this library");
  RequestToken out;
  out.token = fields["token"];
  out.token_secret = Secret(std::string_view(fields["token_secret"]));
  const std::string& confirmed = fields["callback_confirmed"];
  if (confirmed != "true" && confirmed != "false") refuse("a field has an unexpected value");
  out.callback_confirmed = confirmed == "true";
  if (fields.list.size() != 4) refuse("it has unknown fields");
  return out;
}

}  // namespace bitbucket::inline v0_1
