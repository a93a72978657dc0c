#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <bitbucket/connection.hpp>
#include <bitbucket/credentials.hpp>
#include <bitbucket/detail/export.hpp>

namespace bitbucket::inline v0_1 {

/// How to reach the server and who the application is.
struct SetupOptions {
  std::string base_url = {};      ///< as ClientOptions::base_url
  std::string consumer_key = {};  ///< as the application link has it
  Secret private_key = {};        ///< PEM, see OAuth1Credentials::private_key
  Secret passphrase = {};         ///< opens an encrypted private key
  /// Where the browser returns to; `oob` shows the verifier to the user instead.  Empty sends none,
  /// and the server goes by the application link (the verifier is the request token then).
  std::string callback = "oob";
  /// See OAuth1Credentials::sign_base_url.
  std::string sign_base_url = {};
  ConnectionOptions connection = {};  ///< how the server is reached
};

/// The answer of the first leg.  Bitbucket keeps it for 10 minutes unless configured otherwise.
struct RequestToken {
  std::string token = {};           ///< goes into the authorize page's address
  Secret token_secret = {};         ///< to be kept until the third leg
  bool callback_confirmed = false;  ///< the server knows the callback (OAuth 1.0a)

  /// Returns the state to keep between the legs as text; it contains the token's secret.
  [[nodiscard]] BITBUCKET_EXPORT Secret save() const;
  /// Restores what save() returned; throws InvalidArgument on anything else.
  [[nodiscard]] static BITBUCKET_EXPORT RequestToken restore(const Secret& saved);
  friend bool operator==(const RequestToken&, const RequestToken&) = default;
};

/// The answer of the third leg.
struct AccessToken {
  Secret token = {};           ///< OAuth1Credentials::access_token
  Secret token_secret = {};    ///< OAuth1Credentials::access_token_secret
  Secret session_handle = {};  ///< renews the token; empty when the server gave none
  /// How long the token is valid, counted from now; absent when the server did not say.
  std::optional<std::chrono::seconds> expires_in = {};
  /// How long the session handle can renew it.
  std::optional<std::chrono::seconds> authorization_expires_in = {};
  friend bool operator==(const AccessToken&, const AccessToken&) = default;
};

/// Obtains an access token through the three legs of OAuth 1.0a.  Thread-safe.
class BITBUCKET_EXPORT SetupClient {
 public:
  /// Throws InvalidArgument when the URL, the consumer key or the private key cannot work.
  explicit SetupClient(SetupOptions options);
  SetupClient(SetupClient&&) noexcept;
  SetupClient& operator=(SetupClient&&) noexcept;
  ~SetupClient();

  /// First leg.  POST /plugins/servlet/oauth/request-token
  [[nodiscard]] RequestToken get_request_token() const;
  /// Returns the page where the user approves.  GET /plugins/servlet/oauth/authorize
  [[nodiscard]] std::string authorize_url(const RequestToken& request) const;
  /// Third leg.  POST /plugins/servlet/oauth/access-token
  /// `verifier` is the callback's oauth_verifier, or what the page showed; an empty one is refused
  /// before anything is sent.
  [[nodiscard]] AccessToken get_access_token(const RequestToken& request,
                                             std::string_view verifier) const;
  /// Renews an access token, also an expired one, by its session handle; the old one stops working.
  /// POST /plugins/servlet/oauth/access-token
  [[nodiscard]] AccessToken renew(const AccessToken& access) const;
  /// Returns the credentials a client works with.
  [[nodiscard]] OAuth1Credentials credentials(const AccessToken& access) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bitbucket::inline v0_1
