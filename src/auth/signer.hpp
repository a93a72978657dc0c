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

/// Makes nonces that differ among threads, processes and machines: random, numbered, and with the
/// process in them.  Thread-safe.
class Nonces {
 public:
  Nonces();
  std::string next();

 private:
  std::uint64_t prefix_ = 0;
  std::atomic<std::uint64_t> count_{0};
};

/// The signing behind OAuth1Signer, with the token given per request: the legs of the setup need
/// other tokens, and the first one none.  Thread-safe.
class Signer {
 public:
  /// Throws InvalidArgument when the key or the consumer key cannot work.
  Signer(const Secret& private_key, const Secret& passphrase, std::string_view consumer_key,
         OAuth1Environment environment = {});

  /// Returns the value of the Authorization header.  Without a `token` there is no oauth_token; an
  /// empty one is sent and signed, which is how a two-legged request is told apart.
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

/// Throws InvalidArgument that names the member when a text holds control characters, which come
/// from files that were read with their line end.
void require_no_control_characters(std::string_view text, std::string_view what);

}  // namespace bitbucket::inline v0_1::auth
