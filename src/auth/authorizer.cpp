#include "auth/authorizer.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <bitbucket/error.hpp>

#include "auth/base64.hpp"
#include "auth/cleanse.hpp"
#include "auth/clock.hpp"
#include "auth/oauth1_authorizer.hpp"
#include "auth/signer.hpp"
#include "http/url.hpp"

namespace bitbucket::inline v0_1::auth {
namespace {

/// Sends the same header with every request, or none when the header is empty.
class FixedHeader final : public Authorizer {
 public:
  /// `secret` is the secret that the value was made from.  The value without its scheme is another
  /// one.
  explicit FixedHeader(Secret value, std::string_view secret = {}) : value_(std::move(value)) {
    const std::string_view text = value_.reveal();
    secrets_.add(text.substr(std::min(text.size(), text.find(' ') + 1)));
    secrets_.add(secret);
  }

  void add_parameters(Parameters&) const override {}
  Secret header(Method, std::string_view) const override { return value_; }
  bool adopt_clock(const Response&) const override { return false; }

 private:
  const Secret value_;
};

class OAuth1Authorizer final : public Authorizer {
 public:
  OAuth1Authorizer(const OAuth1Credentials& credentials, std::string_view base_url,
                   OAuth1Environment environment)
      : clock_(std::make_shared<ServerClock>(std::move(environment.clock))),
        signer_(credentials.private_key, credentials.passphrase, credentials.consumer_key,
                {.clock = [clock = clock_] { return clock->now(); },
                 .nonce = std::move(environment.nonce)}),
        token_(credentials.access_token),
        user_(credentials.impersonate),
        user_parameter_(credentials.impersonation_parameter),
        called_(base_url) {
    require_no_control_characters(token_.reveal(), "access_token");
    secrets_.add(token_.reveal());
    secrets_.add(credentials.access_token_secret.reveal());
    require_no_control_characters(user_, "impersonate");
    if (!user_.empty() && !token_.empty())
      throw InvalidArgument(
          "impersonate works only in two-legged requests: leave access_token empty");
    if (!user_.empty() && (user_parameter_.empty() || user_parameter_.starts_with("oauth_")))
      throw InvalidArgument(
          "impersonation_parameter must not be empty or begin with oauth_; common names are "
          "user_id and xoauth_requestor_id");
    if (!credentials.sign_base_url.empty())
      believed_ = http::normalise_base_url(credentials.sign_base_url, "sign_base_url", "rest");
  }

  void add_parameters(Parameters& query) const override {
    if (!user_.empty()) query.emplace_back(user_parameter_, user_);
  }

  Secret header(Method method, std::string_view url) const override {
    if (believed_.empty()) return signer_.authorization(to_string(method), url, token_.reveal());
    return signer_.authorization(to_string(method), believed_url(url, called_, believed_),
                                 token_.reveal());
  }

  bool adopt_clock(const Response& refused) const override { return clock_->adopt(refused); }

 private:
  std::shared_ptr<ServerClock> clock_;
  Signer signer_;
  Secret token_;
  std::string user_, user_parameter_, called_, believed_;
};

std::shared_ptr<const Authorizer> make_bearer(const BearerToken& credentials) {
  const std::string_view token = credentials.token.reveal();
  if (token.empty()) throw InvalidArgument("the bearer token is empty");
  require_no_control_characters(token, "the bearer token");
  Scrubbed out(8 + token.size());
  out.text.append("Bearer ").append(token);
  return std::make_shared<FixedHeader>(Secret(std::move(out.text)));
}

std::shared_ptr<const Authorizer> make_basic(const BasicCredentials& credentials) {
  if (credentials.username.empty()) throw InvalidArgument("username is empty");
  require_no_control_characters(credentials.username, "username");
  require_no_control_characters(credentials.password.reveal(), "password");
  if (credentials.username.find(':') != std::string::npos)
    throw InvalidArgument("username contains ':', which Basic authentication cannot send");
  const std::string_view password = credentials.password.reveal();
  Scrubbed pair(credentials.username.size() + password.size() + 2);
  pair.text.append(credentials.username).append(1, ':').append(password);
  Scrubbed out(16 + pair.text.size() * 2);
  out.text = "Basic ";
  base64_encode(out.text, pair.text);
  return std::make_shared<FixedHeader>(Secret(std::move(out.text)), password);
}

}  // namespace

std::string believed_url(std::string_view url, std::string_view called, std::string_view believed) {
  const std::string_view rest = url.substr(std::min(url.size(), called.size()));
  const bool below = url.starts_with(called) &&
                     (rest.empty() || rest[0] == '/' || rest[0] == '?' || rest[0] == '#');
  if (believed.empty() || !below) return std::string(url);
  return std::string(believed).append(rest);
}

std::shared_ptr<const Authorizer> make_oauth1_authorizer(const OAuth1Credentials& credentials,
                                                         std::string_view base_url,
                                                         OAuth1Environment environment) {
  return std::make_shared<OAuth1Authorizer>(credentials, base_url, std::move(environment));
}

std::shared_ptr<const Authorizer> make_authorizer(const FixedCredentials& credentials,
                                                  std::string_view base_url) {
  if (const auto* oauth = std::get_if<OAuth1Credentials>(&credentials))
    return make_oauth1_authorizer(*oauth, base_url, {});
  if (const auto* bearer = std::get_if<BearerToken>(&credentials)) return make_bearer(*bearer);
  if (const auto* basic = std::get_if<BasicCredentials>(&credentials)) return make_basic(*basic);
  return std::make_shared<FixedHeader>(Secret());
}

}  // namespace bitbucket::inline v0_1::auth
