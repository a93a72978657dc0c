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

/// Which server to reach, and which application asks.
struct SetupOptions {
  std::string base_url = {};      ///< see ClientOptions::base_url
  std::string consumer_key = {};  ///< the consumer key in the application link
  Secret private_key = {};        ///< PEM; see OAuth1Credentials::private_key
  Secret passphrase = {};         ///< opens an encrypted private key
  /// Where the browser returns to; with `oob`, the page shows the verifier to the user instead.
  /// With an empty one, no callback is sent and the server uses the one in the application link
  /// (the verifier is then the request token).
  std::string callback = "oob";
  /// See OAuth1Credentials::sign_base_url.
  std::string sign_base_url = {};
  ConnectionOptions connection = {};  ///< how the server is reached
};

/// The answer of the first leg.  Bitbucket keeps it for 10 minutes unless configured otherwise.
struct RequestToken {
  std::string token = {};           ///< part of the authorize page's address
  Secret token_secret = {};         ///< needed until the third leg
  bool callback_confirmed = false;  ///< the server knows the callback (OAuth 1.0a)

  /// Returns the state to keep between the legs, as text that contains the token's secret.
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
  /// How long the token is valid from now on; absent when the server did not say.
  std::optional<std::chrono::seconds> expires_in = {};
  /// How long the session handle can renew the token.
  std::optional<std::chrono::seconds> authorization_expires_in = {};
  friend bool operator==(const AccessToken&, const AccessToken&) = default;
};

/// Obtains an access token through the three legs of OAuth 1.0a.  Thread-safe.
class BITBUCKET_EXPORT SetupClient {
 public:
  /// Makes a client and sends nothing.  Throws InvalidArgument when the URL, the consumer key, the
  /// private key or an option cannot work.
  explicit SetupClient(SetupOptions options);
  SetupClient(SetupClient&&) noexcept;
  SetupClient& operator=(SetupClient&&) noexcept;
  ~SetupClient();

  /// Gets a request token: the first leg.  POST /plugins/servlet/oauth/request-token
  [[nodiscard]] RequestToken get_request_token() const;
  /// Returns the page where the user approves.  GET /plugins/servlet/oauth/authorize
  [[nodiscard]] std::string authorize_url(const RequestToken& request) const;
  /// Exchanges the request token for an access token: the third leg.
  /// POST /plugins/servlet/oauth/access-token
  ///
  /// `verifier` is the callback's oauth_verifier, or what the page showed; an empty one is refused
  /// before anything is sent.
  [[nodiscard]] AccessToken get_access_token(const RequestToken& request,
                                             std::string_view verifier) const;
  /// Renews an access token, even an expired one, with its session handle; the old one stops
  /// working. POST /plugins/servlet/oauth/access-token
  [[nodiscard]] AccessToken renew(const AccessToken& access) const;
  /// Returns the credentials for a client that uses this access token.
  [[nodiscard]] OAuth1Credentials credentials(const AccessToken& access) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bitbucket::inline v0_1
