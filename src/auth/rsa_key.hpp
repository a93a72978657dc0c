#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <bitbucket/secret.hpp>

// OpenSSL's own names, declared here because our headers do not include OpenSSL's.
struct evp_md_st;
struct evp_pkey_st;
struct evp_pkey_ctx_st;

namespace bitbucket::inline v0_1::auth {

/// An RSA private key, parsed and tested once.  Thread-safe and cheap to copy.
class RsaKey {
 public:
  /// Throws an InvalidArgument that says what was found when this is not a usable RSA private key.
  RsaKey(const Secret& text, const Secret& passphrase);

  /// Returns the RSASSA-PKCS1-v1_5 signature with SHA-1 of a message, in binary.
  [[nodiscard]] std::string sign_sha1(std::string_view message) const;
  [[nodiscard]] int bits() const noexcept;

 private:
  void prove() const;

  std::shared_ptr<evp_pkey_st> key_;
  std::shared_ptr<evp_md_st> sha1_;
  std::shared_ptr<evp_pkey_ctx_st> prepared_;  // each signature uses a copy
};

}  // namespace bitbucket::inline v0_1::auth
