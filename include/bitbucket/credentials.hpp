#pragma once

#include <concepts>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <bitbucket/secret.hpp>

namespace bitbucket::inline v0_1 {

/// No credentials: works where the administrator allows public access.
struct Anonymous {
  friend bool operator==(const Anonymous&, const Anonymous&) = default;
};

/// OAuth 1.0a with RSA-SHA1, as an application link of Bitbucket wants it.
struct OAuth1Credentials {
  std::string consumer_key = {};  ///< as the application link has it
  /// PEM of an RSA private key: PKCS#8 or PKCS#1, also with "\n" escaped or as base64 of a PEM.
  Secret private_key = {};
  /// Opens an encrypted private key.
  Secret passphrase = {};
  /// From the third leg; empty for a two-legged request (the link must allow it).
  Secret access_token = {};
  /// Kept for completeness: RSA-SHA1 does not use it.
  Secret access_token_secret = {};
  /// The user to act for in a two-legged request (the link must allow impersonation).
  std::string impersonate = {};
  /// The query parameter that names that user; Atlassian's own library reads `xoauth_requestor_id`.
  std::string impersonation_parameter = "user_id";
  /// The base URL that the server believes it has, when a proxy publishes it under another one.
  std::string sign_base_url = {};
  friend bool operator==(const OAuth1Credentials&, const OAuth1Credentials&) = default;
};

/// An HTTP access token or an OAuth 2 access token.
struct BearerToken {
  Secret token = {};  ///< as it was given out
  friend bool operator==(const BearerToken&, const BearerToken&) = default;
};

/// User name and password (or a user's HTTP access token in its place).
struct BasicCredentials {
  std::string username = {};  ///< of the account, not the slug
  Secret password = {};       ///< or a personal HTTP access token
  friend bool operator==(const BasicCredentials&, const BasicCredentials&) = default;
};

/// Who asks.
using FixedCredentials = std::variant<Anonymous, OAuth1Credentials, BearerToken, BasicCredentials>;

/// Asked before every attempt, for credentials that rotate; called from any thread that makes
/// calls.
/// What it returned is kept, parsed, until it was not used for ten minutes, 64 other credentials
/// were used, or the client goes.
using CredentialsProvider = std::function<FixedCredentials()>;

namespace detail {
template <class T>
concept PlainText = std::convertible_to<T, std::string_view> || std::convertible_to<T, Secret>;
using AnyCredentials =
    std::variant<Anonymous, OAuth1Credentials, BearerToken, BasicCredentials, CredentialsProvider>;
}  // namespace detail

/// Who asks, or a function that says it.
class Credentials : public detail::AnyCredentials {
 public:
  Credentials() = default;  ///< Anonymous
  /// Takes any of the kinds.
  template <class T>
  requires(!std::same_as<T, Credentials> && !detail::PlainText<T> &&
           std::constructible_from<detail::AnyCredentials, T>)
      Credentials(T kind)  // NOLINT(google-explicit-constructor): stands in for each of them
      : variant(std::move(kind)) {}
  /// Does not compile: a text does not say whether it is a token, a password or a key.
  template <detail::PlainText T>
  Credentials(T) {  // NOLINT(google-explicit-constructor): so that a string leads here
    static_assert(!detail::PlainText<T>,
                  "credentials are no plain string: write BearerToken{token}, "
                  "BasicCredentials{.username = name, .password = password} or "
                  "OAuth1Credentials{...}");
  }
};

}  // namespace bitbucket::inline v0_1
