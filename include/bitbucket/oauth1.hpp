#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <bitbucket/credentials.hpp>
#include <bitbucket/detail/export.hpp>
#include <bitbucket/json.hpp>

namespace bitbucket::inline v0_1 {

/// The clock and the nonces of a signer, replaceable for tests.
struct OAuth1Environment {
  /// Returns the time to sign with; empty uses the system clock.
  std::function<std::chrono::system_clock::time_point()> clock = {};
  /// Returns a nonce that no other thread or process returns; empty uses random ones.
  std::function<std::string()> nonce = {};
};

/// Signs HTTP requests with OAuth 1.0a RSA-SHA1 (RFC 5849).  The constructor parses the key once; a
/// signer is thread-safe and cheap to copy.  Without an access token it signs two-legged requests.
/// It signs the URL that it is given, since only BitbucketServer applies `impersonate` and
/// `sign_base_url`.
class BITBUCKET_EXPORT OAuth1Signer {
 public:
  /// Parses the key.  When it is not an RSA key in PEM, throws an InvalidArgument that says what
  /// was found instead.
  explicit OAuth1Signer(const OAuth1Credentials& credentials, OAuth1Environment environment = {});
  OAuth1Signer(const OAuth1Signer&);
  OAuth1Signer(OAuth1Signer&&) noexcept;
  OAuth1Signer& operator=(const OAuth1Signer&);
  OAuth1Signer& operator=(OAuth1Signer&&) noexcept;
  ~OAuth1Signer();

  /// Returns the value of the Authorization header.  The signature covers the query of `url`,
  /// including repeated names.  `form` holds the parameters of a form body (leave it empty for any
  /// other body); `oauth` adds protocol parameters (oauth_callback, oauth_verifier, ...) to the
  /// header.
  [[nodiscard]] Secret authorization(std::string_view method, std::string_view url,
                                     const Parameters& form = {},
                                     const Parameters& oauth = {}) const;

  /// Returns the signature base string of RFC 5849 section 3.4.1 for exactly these parameters,
  /// which must include the oauth_ ones.
  [[nodiscard]] static std::string base_string(std::string_view method, std::string_view url,
                                               const Parameters& parameters);

  /// Returns the base64 RSA-SHA1 signature of a base string.
  [[nodiscard]] std::string sign(std::string_view base_string) const;

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

}  // namespace bitbucket::inline v0_1
