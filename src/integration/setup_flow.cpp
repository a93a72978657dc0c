#include <bitbucket/integration/setup_flow.hpp>

#include <algorithm>
#include <exception>
#include <utility>

#include <bitbucket/integration/breakage.hpp>
#include <bitbucket/oauth1.hpp>
#include <bitbucket/setup.hpp>

#include "integration/form.hpp"
#include "integration/setup_state.hpp"
#include "integration/url.hpp"

namespace bitbucket::inline v0_1 {
namespace {

using integration::SetupState;
using Reason = SetupError::Reason;
using Verifier = SetupFlowOptions::Verifier;

constexpr std::chrono::hours max_lifetime = std::chrono::hours(24 * 365);

std::chrono::system_clock::time_point now(const SetupFlowOptions& options) {
  return options.clock ? options.clock() : std::chrono::system_clock::now();
}

void require_callback(const SetupFlowOptions& options) {
  if (options.callback.empty()) {
    if (options.verifier == Verifier::callback)
      throw InvalidArgument(
          "callback is empty, so the server gives no verifier: set the address to which the "
          "browser returns, or choose Verifier::token");
    return;
  }
  if (options.callback == "oob") return;
  try {
    (void)OAuth1Signer::base_string("GET", options.callback, {});
  } catch (const InvalidArgument&) {
    throw InvalidArgument("callback must be an absolute address, such as https://bot.example.com/");
  }
}

SetupClient make_setup_client(const InstallationConfig& config, const SetupFlowOptions& options) {
  ConnectionOptions connection = options.connection;
  connection.tls.verify = config.verify_ssl;
  return SetupClient({.base_url = config.url,
                      .consumer_key = config.consumer_key,
                      .private_key = config.private_key,
                      .callback = options.callback,
                      .connection = std::move(connection)});
}

/// Returns the value of a parameter that a callback must have once.
std::string take_one(std::string_view query, std::string_view name, Reason reason,
                     const std::string& remedy) {
  auto found = integration::find_fields(query, name, 2);
  if (found.size() > 1)
    throw SetupError(reason, "the callback has more than one " + std::string(name) +
                                 ": begin again, and let the browser follow the server's link");
  if (found.empty() || found.front().empty())
    throw SetupError(reason, "the callback has no " + std::string(name) + ": " + remedy);
  return std::move(found.front());
}

/// Returns what the third leg sends as its verifier.
std::string read_callback(std::string_view query, const RequestToken& request, Verifier choice) {
  if (query.starts_with('?')) query.remove_prefix(1);
  const std::string token =
      take_one(query, "oauth_token", Reason::token_missing,
               "check the callback URL of the application link, and begin again");
  if (token != request.token)
    throw SetupError(Reason::other_setup,
                     "the callback belongs to another set-up: go on in the browser window that was "
                     "opened last, or begin again");
  for (const std::string& verifier : integration::find_fields(query, "oauth_verifier", 2))
    if (verifier == "denied")
      throw SetupError(Reason::denied,
                       "the access was denied on the server's page: begin again, and allow it");
  if (choice == Verifier::token) return token;
  return take_one(query, "oauth_verifier", Reason::verifier_missing,
                  "choose Verifier::token if the server sends no verifier; otherwise the callback "
                  "was cut off, so begin again");
}

/// Throws a SetupError that wraps the error being handled.
[[noreturn]] void fail_leg(Reason reason, const char* missing, const std::string& advice,
                           const Error& cause) {
  std::throw_with_nested(SetupError(reason, std::string("the server gave no ") + missing + ": " +
                                                advice + " (" + cause.what() + ')'));
}

RequestToken get_request_token(const SetupClient& client) {
  try {
    return client.get_request_token();
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& error) {
    fail_leg(Reason::request_token_refused, "request token", classify(error).advice, error);
  }
}

AccessToken get_access_token(const SetupClient& client, const RequestToken& request,
                             const std::string& verifier) {
  try {
    return client.get_access_token(request, verifier);
  } catch (const Cancelled&) {
    throw;
  } catch (const InvalidArgument&) {
    std::throw_with_nested(SetupError(Reason::verifier_missing,
                                      "the callback's oauth_verifier cannot be one: begin again"));
  } catch (const Error& error) {
    const auto* refusal = dynamic_cast<const OAuthError*>(&error);
    const bool denied = refusal && refusal->problem() == "permission_denied";
    // The first leg worked at this address, so a 404 is about the token.
    fail_leg(denied ? Reason::denied : Reason::access_token_refused, "access token",
             error.is_not_found() ? "the server does not have the request token any more: begin "
                                    "again, and allow the access at once"
                                  : classify(error).advice,
             error);
  }
}

AccessToken renew_access_token(const SetupClient& client, const Identity& identity) {
  try {
    return client.renew({.token = identity.access_token,
                         .token_secret = identity.access_token_secret,
                         .session_handle = identity.session_handle});
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& error) {
    fail_leg(Reason::access_token_refused, "access token", classify(error).advice, error);
  }
}

/// Puts a token that the server has just given into an identity.
void take_token(Identity& identity, const AccessToken& access,
                std::chrono::system_clock::time_point now) {
  constexpr std::chrono::seconds century = std::chrono::hours(24 * 36'525);  // avoids an overflow
  identity.access_token = access.token;
  identity.access_token_secret = access.token_secret;
  identity.session_handle = access.session_handle;
  identity.expires.reset();
  if (access.expires_in)
    identity.expires =
        std::chrono::floor<std::chrono::seconds>(now) + std::min(*access.expires_in, century);
}

}  // namespace

SetupError::SetupError(Reason reason, const std::string& what) : Error(what), reason_(reason) {}
SetupError::~SetupError() = default;

SetupFlow::SetupFlow(SetupFlowOptions options) : options_(std::move(options)) {
  if (!options_.sealer.seal || !options_.sealer.unseal)
    throw InvalidArgument("sealer is missing; the state of a set-up contains secrets");
  if (options_.lifetime <= std::chrono::seconds(0) || options_.lifetime > max_lifetime)
    throw InvalidArgument("lifetime must be positive and at most a year");
  require_callback(options_);
  // The client says what is wrong with the connection; any address will do.
  (void)BitbucketServer({.base_url = "https://git.example.com", .connection = options_.connection});
}

PendingSetup SetupFlow::begin(const InstallationConfig& config) const {
  if (auto errors = config.errors(); !errors.empty()) throw InvalidConfiguration(std::move(errors));
  SetupState state{.config = config, .request = {}, .expires = {}};
  state.config.url = integration::without_slashes_at_end(config.url);
  const SetupClient client = make_setup_client(state.config, options_);
  state.request = get_request_token(client);
  state.expires = std::chrono::floor<std::chrono::seconds>(now(options_)) + options_.lifetime;
  return {.authorize_url = client.authorize_url(state.request),
          .state = integration::write_state(state, options_.sealer),
          .request_token = state.request.token};
}

ConnectedInstallation SetupFlow::finish(std::string_view state, std::string_view query) const {
  const SetupState begun = integration::read_state(state, options_.sealer);
  if (now(options_) >= begun.expires)
    throw SetupError(Reason::state_expired,
                     "the set-up took too long: begin again, and allow the access at once");
  const std::string verifier = read_callback(query, begun.request, options_.verifier);
  const InstallationConfig& config = begun.config;
  const AccessToken access =
      get_access_token(make_setup_client(config, options_), begun.request, verifier);
  const std::string id = external_id(config.url, config.consumer_key);
  ConnectedInstallation out{
      .installation = {.external_id = id,
                       .name = config.consumer_key,
                       .base_url = config.url,
                       .domain_name = std::string(integration::netloc_of(config.url)),
                       .verify_ssl = config.verify_ssl},
      .identity = {.external_id = id,
                   .consumer_key = config.consumer_key,
                   .private_key = config.private_key,
                   .access_token = {},
                   .access_token_secret = {}}};
  take_token(out.identity, access, now(options_));
  return out;
}

Identity SetupFlow::renew(const ConnectedInstallation& connected) const {
  Identity identity = connected.identity;
  if (identity.session_handle.empty())
    throw InvalidConfiguration(
        std::vector{FieldError{"access_token",
                               "access_token cannot be renewed, because the server gave no "
                               "session handle; connect the server again"}});
  const InstallationConfig config{.url = connected.installation.base_url,
                                  .verify_ssl = connected.installation.verify_ssl,
                                  .consumer_key = identity.consumer_key,
                                  .private_key = identity.private_key};
  (void)make_client(connected, options_.connection);  // checks the credentials, and sends nothing
  take_token(identity, renew_access_token(make_setup_client(config, options_), identity),
             now(options_));
  return identity;
}

}  // namespace bitbucket::inline v0_1
