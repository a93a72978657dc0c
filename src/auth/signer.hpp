#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <bitbucket/oauth1.hpp>

#include "auth/rsa_key.hpp"

namespace bitbucket::inline v0_1::auth {

/// Makes nonces that differ between threads, processes and machines, from a random number, a
/// counter and the process id.  Thread-safe.
class Nonces {
 public:
  Nonces();
  std::string next();

 private:
  std::uint64_t prefix_ = 0;
  std::atomic<std::uint64_t> count_{0};
};

/// Signs for OAuth1Signer, with a token for each request: the legs of the setup use different
/// tokens, and the first leg uses none.  Thread-safe.
class Signer {
 public:
  /// Throws InvalidArgument when the key or the consumer key cannot work.
  Signer(const Secret& private_key, const Secret& passphrase, std::string_view consumer_key,
         OAuth1Environment environment = {});

  /// Returns the value of the Authorization header.  Without a `token` it has no oauth_token; an
  /// empty token is sent and signed, which marks a two-legged request.
  [[nodiscard]] Secret authorization(std::string_view method, std::string_view url,
                                     std::optional<std::string_view> token,
                                     const Parameters& form = {},
                                     const Parameters& oauth = {}) const;
  [[nodiscard]] std::string sign(std::string_view base_string) const;

 private:
  [[nodiscard]] std::string timestamp() const;
  [[nodiscard]] std::string nonce() const;

  RsaKey key_;
  std::string consumer_key_;  // percent-encoded
  OAuth1Environment environment_;
  std::unique_ptr<Nonces> nonces_ = std::make_unique<Nonces>();
};

/// Throws an InvalidArgument that names the member when a text contains control characters, such as
/// the line end of the file that it was read from.
void require_no_control_characters(std::string_view text, std::string_view what);

}  // namespace bitbucket::inline v0_1::auth
