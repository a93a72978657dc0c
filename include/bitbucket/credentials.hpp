#pragma once

#include <concepts>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <bitbucket/secret.hpp>

namespace bitbucket::inline v0_1 {

/// No credentials, which works where the administrator allows public access.
struct Anonymous {
  friend bool operator==(const Anonymous&, const Anonymous&) = default;
};

/// OAuth 1.0a with RSA-SHA1, which Bitbucket's application links require.
struct OAuth1Credentials {
  std::string consumer_key = {};  ///< the consumer key in the application link
  /// PEM of an RSA private key: PKCS#8 or PKCS#1, also with escaped "\n" or as base64 of a PEM.
  Secret private_key = {};
  /// Opens an encrypted private key.
  Secret passphrase = {};
  /// The token from the third leg; empty for two-legged requests (the link must allow them).
  Secret access_token = {};
  /// Kept for completeness; RSA-SHA1 does not use it.
  Secret access_token_secret = {};
  /// The user to act for in a two-legged request (the link must allow impersonation).
  std::string impersonate = {};
  /// The query parameter that names that user; Atlassian's own library reads `xoauth_requestor_id`.
  std::string impersonation_parameter = "user_id";
  /// The base URL that the server believes it has, when a proxy publishes it under a different one.
  std::string sign_base_url = {};
  friend bool operator==(const OAuth1Credentials&, const OAuth1Credentials&) = default;
};

/// An HTTP access token or an OAuth 2 access token.
struct BearerToken {
  Secret token = {};  ///< the token as the server issued it
  friend bool operator==(const BearerToken&, const BearerToken&) = default;
};

/// A user name with a password or a personal HTTP access token.
struct BasicCredentials {
  std::string username = {};  ///< name of the account, not its slug
  Secret password = {};       ///< password or personal HTTP access token
  friend bool operator==(const BasicCredentials&, const BasicCredentials&) = default;
};

/// Credentials of any kind that do not change.
using FixedCredentials = std::variant<Anonymous, OAuth1Credentials, BearerToken, BasicCredentials>;

/// A function that returns the credentials to use, for credentials that rotate.  It is called
/// before every attempt, from any thread that makes calls.  The library keeps what it returned,
/// parsed, until it has not been used for ten minutes, 64 other credentials have been used, or the
/// client is gone.
using CredentialsProvider = std::function<FixedCredentials()>;

namespace detail {
template <class T>
concept PlainText = std::convertible_to<T, std::string_view> || std::convertible_to<T, Secret>;
using AnyCredentials =
    std::variant<Anonymous, OAuth1Credentials, BearerToken, BasicCredentials, CredentialsProvider>;
}  // namespace detail

/// The credentials of a client, or a function that returns them.
class Credentials : public detail::AnyCredentials {
 public:
  Credentials() = default;  ///< Anonymous
  /// Takes any kind of credentials.
  template <class T>
  requires(!std::same_as<T, Credentials> && !detail::PlainText<T> &&
           std::constructible_from<detail::AnyCredentials, T>)
      Credentials(T kind)  // NOLINT(google-explicit-constructor): replaces one for each kind
      : variant(std::move(kind)) {}
  /// Does not compile, because a string does not say whether it is a token, a password or a key.
  template <detail::PlainText T>
  Credentials(T) {  // NOLINT(google-explicit-constructor): catches every string
    static_assert(!detail::PlainText<T>,
                  "credentials are no plain string: write BearerToken{token}, "
                  "BasicCredentials{.username = name, .password = password} or "
                  "OAuth1Credentials{...}");
  }
};

}  // namespace bitbucket::inline v0_1
