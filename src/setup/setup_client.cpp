#include <bitbucket/setup.hpp>

#include <algorithm>
#include <utility>

#include <bitbucket/error.hpp>
#include <bitbucket/transport.hpp>

#include "api/api_error.hpp"
#include "auth/cleanse.hpp"
#include "auth/clock.hpp"
#include "auth/oauth1_authorizer.hpp"
#include "auth/oauth_problem.hpp"
#include "auth/redact.hpp"
#include "auth/signer.hpp"
#include "http/account.hpp"
#include "http/curl_transport.hpp"
#include "http/encoding.hpp"
#include "http/observe.hpp"
#include "http/retry.hpp"
#include "http/url.hpp"
#include "setup/token_answer.hpp"

namespace bitbucket::inline v0_1 {
namespace {

using std::chrono::steady_clock;

constexpr std::string_view request_token_path = "/plugins/servlet/oauth/request-token";
constexpr std::string_view authorize_path = "/plugins/servlet/oauth/authorize";
constexpr std::string_view access_token_path = "/plugins/servlet/oauth/access-token";
constexpr std::size_t max_answer = 1u << 20;

std::string_view trim(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// Waits before the next attempt; false when the deadline does not allow it.
bool pause(const RetryOptions& retry, int failures, Deadline deadline) {
  const std::chrono::milliseconds delay = http::backoff(retry, failures);
  if (steady_clock::now() + delay >= deadline) return false;
  if (!http::sleep_for(retry, delay, {})) throw Cancelled(false);
  return true;
}

/// What one leg sends.
struct Leg {
  std::string_view path;
  std::optional<std::string_view> token;  // none in the first leg
  Parameters oauth;
  std::string_view token_secret;  // not sent, but the server knows it

  /// The values are the verifier or the session handle.
  ~Leg() {
    for (auto& parameter : oauth) auth::cleanse(parameter.second);
  }
  [[nodiscard]] auth::Redactor secrets() const {
    auth::Redactor out;
    if (token) out.add(*token);
    out.add(token_secret);
    for (const auto& [name, value] : oauth)
      if (name != "oauth_callback") out.add(value);
    return out;
  }
};

/// A body with tokens in it, cleansed when it has been read.
struct Answer {
  Response response;
  explicit Answer(Response r) : response(std::move(r)) {}
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  ~Answer() { auth::cleanse(response.body); }
};

}  // namespace

class SetupClient::Impl {
 public:
  explicit Impl(SetupOptions given)
      : options_(std::move(given)),
        base_url_(http::normalise_base_url(options_.base_url, "base_url")),
        believed_(options_.sign_base_url.empty()
                      ? std::string()
                      : http::normalise_base_url(options_.sign_base_url, "sign_base_url")),
        signer_(options_.private_key, options_.passphrase, options_.consumer_key,
                {.clock = [this] { return clock_.now(); }}) {
    options_.connection = http::bounded(std::move(options_.connection));
    if (!options_.callback.empty() && options_.callback != "oob")
      http::require_http_url(options_.callback, "callback");
    user_agent_ = options_.connection.user_agent;
    if (!user_agent_.empty()) user_agent_ += ' ';
    user_agent_ += "bitbucket-cpp/" BITBUCKET_VERSION;
    auth::require_no_control_characters(user_agent_, "user_agent");
    transport_ = options_.connection.transport ? options_.connection.transport
                                               : http::make_curl_transport(options_.connection);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] const SetupOptions& options() const noexcept { return options_; }
  [[nodiscard]] const std::string& base_url() const noexcept { return base_url_; }

  /// Returns a 2xx answer that is meant for programs, or throws what the answer means.
  Response run(const Leg& leg) const {
    const RetryOptions& retry = options_.connection.retry;
    const Deadline deadline = steady_clock::now() + options_.connection.timeout;
    bool clock_repaired = retry.max_attempts <= 1;  // 1 sends everything once
    for (int attempt = 1;; ++attempt) {
      Response response;
      try {
        response = send(leg, attempt, deadline);
      } catch (const TransportError& error) {
        // Each leg uses something up, so it is sent again only when nobody can have seen it.
        if (!error.is_retryable() || attempt >= retry.max_attempts ||
            !pause(retry, attempt, deadline))
          throw;
        continue;
      }
      const auto problem = auth::parse_oauth_problem(response);
      if (response.status / 100 == 2 && !problem && !api::is_web_page(response)) return response;
      if (problem && problem->problem == "timestamp_refused" && !clock_repaired &&
          clock_.adopt(response)) {
        clock_repaired = true;
        continue;
      }
      api::throw_api_error({Method::post, leg.path}, std::move(response), leg.secrets());
    }
  }

 private:
  Response send(const Leg& leg, int number, Deadline deadline) const {
    Request request;
    request.method = Method::post;
    request.url = base_url_ + std::string(leg.path);
    const std::string signed_url = auth::believed_url(request.url, base_url_, believed_);
    const Secret header = signer_.authorization("POST", signed_url, leg.token, {}, leg.oauth);
    request.headers = {{"Authorization", std::string(header.reveal())},
                       {"Accept", "*/*"},
                       {"User-Agent", user_agent_},
                       {"X-Atlassian-Token", "no-check"}};
    request.account = http::next_account();  // one client serves many users, but no two together
    request.max_body = std::min(max_answer, options_.connection.max_answer);
    request.connect_timeout = options_.connection.connect_timeout;
    const auto began = steady_clock::now();
    const auto observe = [&](const Response* response, std::string_view error) {
      http::observe(options_.connection,
                    {.method = Method::post,
                     .path = leg.path,
                     .number = number,
                     .error = error,
                     .duration = steady_clock::now() - began},
                    response);
    };
    try {
      Response response = transport_->start(std::move(request))->wait(deadline, {});
      leg.secrets().redact(response.headers);
      observe(&response, {});
      return response;
    } catch (const TransportError& error) {
      std::string what = error.what();
      leg.secrets().redact(what);
      observe(nullptr, what);
      throw TransportError(error.kind(), what, error.may_have_acted());
    } catch (const Error& error) {
      observe(nullptr, error.what());
      throw;
    }
  }

  SetupOptions options_;
  std::string base_url_, believed_, user_agent_;
  mutable auth::ServerClock clock_;
  auth::Signer signer_;
  std::shared_ptr<Transport> transport_;
};

SetupClient::SetupClient(SetupOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}
SetupClient::SetupClient(SetupClient&&) noexcept = default;
SetupClient& SetupClient::operator=(SetupClient&&) noexcept = default;
SetupClient::~SetupClient() = default;

RequestToken SetupClient::get_request_token() const {
  Leg leg{.path = request_token_path, .token = {}, .oauth = {}, .token_secret = {}};
  if (!impl_->options().callback.empty())
    leg.oauth.emplace_back("oauth_callback", impl_->options().callback);
  const Answer answer(impl_->run(leg));
  return setup::read_request_token(answer.response, "POST " + std::string(request_token_path));
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
  verifier = trim(verifier);  // it is often pasted from the page
  if (request.token.empty())
    throw InvalidArgument("the request token is empty; get_request_token() returns one");
  if (verifier.empty())
    throw InvalidArgument(
        "the verifier is empty; it is the callback's oauth_verifier, or what the page showed");
  if (verifier == "denied")
    throw InvalidArgument("the user refused the access (oauth_verifier=denied)");
  auth::require_no_control_characters(verifier, "the verifier");
  Leg leg{.path = access_token_path,
          .token = request.token,
          .oauth = {},
          .token_secret = request.token_secret.reveal()};
  leg.oauth.emplace_back("oauth_verifier", verifier);
  const Answer answer(impl_->run(leg));
  return setup::read_access_token(answer.response, "POST " + std::string(access_token_path));
}

AccessToken SetupClient::renew(const AccessToken& access) const {
  if (access.token.empty())
    throw InvalidArgument("the access token is empty; get_access_token() returns one");
  if (access.session_handle.empty())
    throw InvalidArgument(
        "the access token has no session handle, so it cannot be renewed; get a new one");
  Leg leg{.path = access_token_path,
          .token = access.token.reveal(),
          .oauth = {},
          .token_secret = access.token_secret.reveal()};
  leg.oauth.emplace_back("oauth_session_handle", access.session_handle.reveal());
  const Answer answer(impl_->run(leg));
  return setup::read_access_token(answer.response, "POST " + std::string(access_token_path));
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
