#include <bitbucket/setup.hpp>

#include <algorithm>
#include <utility>

#include <bitbucket/api_path.hpp>
#include <bitbucket/detail/send.hpp>
#include <bitbucket/error.hpp>

#include "auth/authorizer.hpp"
#include "auth/cleanse.hpp"
#include "auth/clock.hpp"
#include "auth/oauth1_authorizer.hpp"
#include "auth/signer.hpp"
#include "base/trim.hpp"
#include "engine/core.hpp"
#include "http/encoding.hpp"
#include "http/url.hpp"
#include "setup/product.hpp"
#include "setup/token_answer.hpp"

namespace bitbucket::inline v0_1 {
namespace {

// The answers are forms, which token_answer reads.
constexpr Post<RawJson> request_token{"/plugins/servlet/oauth/request-token"};
constexpr Post<RawJson> access_token{"/plugins/servlet/oauth/access-token"};
constexpr std::string_view authorize_path = "/plugins/servlet/oauth/authorize";
constexpr std::size_t max_answer = 1u << 20;

/// What a leg sends besides its path.
struct Leg {
  std::optional<std::string_view> token;  // none in the first leg
  Parameters oauth;
  std::string_view token_secret;  // not sent, but the server knows it

  /// The values are the verifier or the session handle.
  ~Leg() {
    for (auto& parameter : oauth) auth::cleanse(parameter.second);
  }
};

/// Signs the attempts of one leg.
class LegAuthorizer final : public auth::Authorizer {
 public:
  LegAuthorizer(const Leg& leg, const auth::Signer& signer, auth::ServerClock& clock,
                std::string_view called, std::string_view believed)
      : leg_(leg), signer_(signer), clock_(clock), called_(called), believed_(believed) {
    if (leg.token) secrets_.add(*leg.token);
    secrets_.add(leg.token_secret);
    for (const auto& [name, value] : leg.oauth)
      if (name != "oauth_callback") secrets_.add(value);
  }

  void add_parameters(Parameters&) const override {}
  Secret header(Method method, std::string_view url) const override {
    return signer_.authorization(to_string(method), auth::believed_url(url, called_, believed_),
                                 leg_.token, {}, leg_.oauth);
  }
  bool adopt_clock(const Response& refused) const override { return clock_.adopt(refused); }

 private:
  const Leg& leg_;
  const auth::Signer& signer_;
  auth::ServerClock& clock_;
  std::string_view called_, believed_;
};

/// The account of one leg, which shares the pause of the other legs.
class LegAccount final : public detail::AccountSource {
 public:
  LegAccount(std::shared_ptr<const auth::Authorizer> authorizer,
             std::shared_ptr<detail::Pause> pause)
      : account_(std::make_shared<detail::Account>(
            detail::Account{std::move(authorizer), std::move(pause)})) {}
  [[nodiscard]] std::shared_ptr<const detail::Account> get(
      std::chrono::steady_clock::time_point) const override {
    return account_;
  }

 private:
  std::shared_ptr<const detail::Account> account_;
};

/// A body with tokens in it, cleansed when it has been read.
struct Answer {
  Response response;
  explicit Answer(Response r) : response(std::move(r)) {}
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  ~Answer() { auth::cleanse(response.body); }
};

ConnectionOptions with_small_answers(ConnectionOptions connection) {
  connection.max_answer = std::min(max_answer, connection.max_answer);
  return connection;
}

}  // namespace

class SetupClient::Impl {
 public:
  explicit Impl(SetupOptions given)
      : options_(std::move(given)),
        core_(detail::make_core(setup::product(), options_.base_url,
                                with_small_answers(options_.connection))),
        believed_(options_.sign_base_url.empty()
                      ? std::string()
                      : http::normalise_base_url(options_.sign_base_url, "sign_base_url",
                                                 setup::product().api_root())),
        signer_(options_.private_key, options_.passphrase, options_.consumer_key,
                {.clock = [this] { return clock_.now(); }}) {
    if (!options_.callback.empty() && options_.callback != "oob")
      http::require_http_url(options_.callback, "callback");
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] const SetupOptions& options() const noexcept { return options_; }
  [[nodiscard]] const std::string& base_url() const noexcept { return core_->base_url; }

  /// Returns a 2xx answer that is not a web page, or throws the error that the answer means.  A leg
  /// has effects on the server, so it is sent again only when the server cannot have acted on it.
  Response run(const detail::CallSpec& call, const Leg& leg) const {
    const auto authorizer =
        std::make_shared<LegAuthorizer>(leg, signer_, clock_, core_->base_url, believed_);
    auto context = std::make_shared<detail::Context>();
    context->core = core_;
    context->accounts = std::make_shared<LegAccount>(authorizer, pause_);
    context->timeout = core_->connection.timeout;
    return detail::execute(context, call);
  }

 private:
  SetupOptions options_;
  std::shared_ptr<const detail::Core> core_;
  std::string believed_;
  mutable auth::ServerClock clock_;
  auth::Signer signer_;
  std::shared_ptr<detail::Pause> pause_ = std::make_shared<detail::Pause>();
};

SetupClient::SetupClient(SetupOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}
SetupClient::SetupClient(SetupClient&&) noexcept = default;
SetupClient& SetupClient::operator=(SetupClient&&) noexcept = default;
SetupClient::~SetupClient() = default;

RequestToken SetupClient::get_request_token() const {
  Leg leg;
  if (!impl_->options().callback.empty())
    leg.oauth.emplace_back("oauth_callback", impl_->options().callback);
  const Answer answer(impl_->run(detail::CallSpec(request_token), leg));
  return setup::read_request_token(answer.response, "POST " + std::string(request_token.path));
}

std::string SetupClient::authorize_url(const RequestToken& request) const {
  if (request.token.empty())
    throw InvalidArgument("the request token is empty; get_request_token() returns one");
  std::string url = impl_->base_url() + std::string(authorize_path);
  http::append_query(url, {{"oauth_token", request.token}});
  return url;
}

AccessToken SetupClient::get_access_token(const RequestToken& request,
                                          std::string_view verifier) const {
  verifier = detail::trim(verifier);  // it is often pasted from the page
  if (request.token.empty())
    throw InvalidArgument("the request token is empty; get_request_token() returns one");
  if (verifier.empty())
    throw InvalidArgument(
        "the verifier is empty; it is the callback's oauth_verifier, or what the page showed");
  if (verifier == "denied") throw InvalidArgument("the user denied access (oauth_verifier=denied)");
  auth::require_no_control_characters(verifier, "the verifier");
  Leg leg{.token = request.token, .oauth = {}, .token_secret = request.token_secret.reveal()};
  leg.oauth.emplace_back("oauth_verifier", verifier);
  const Answer answer(impl_->run(detail::CallSpec(access_token), leg));
  return setup::read_access_token(answer.response, "POST " + std::string(access_token.path));
}

AccessToken SetupClient::renew(const AccessToken& access) const {
  if (access.token.empty())
    throw InvalidArgument("the access token is empty; get_access_token() returns one");
  if (access.session_handle.empty())
    throw InvalidArgument(
        "the access token has no session handle, so it cannot be renewed; get a new one");
  Leg leg{
      .token = access.token.reveal(), .oauth = {}, .token_secret = access.token_secret.reveal()};
  leg.oauth.emplace_back("oauth_session_handle", access.session_handle.reveal());
  const Answer answer(impl_->run(detail::CallSpec(access_token), leg));
  return setup::read_access_token(answer.response, "POST " + std::string(access_token.path));
}

OAuth1Credentials SetupClient::credentials(const AccessToken& access) const {
  const SetupOptions& options = impl_->options();
  return {.consumer_key = options.consumer_key,
          .private_key = options.private_key,
          .passphrase = options.passphrase,
          .access_token = access.token,
          .access_token_secret = access.token_secret,
          .sign_base_url = options.sign_base_url};
}

}  // namespace bitbucket::inline v0_1
