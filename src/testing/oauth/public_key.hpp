#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <openssl/types.h>

namespace bitbucket::inline v0_1::testing::embedded {

/// The public half of an RSA key, as an administrator pastes it into an application link.
class PublicKey {
 public:
  /// Takes PEM (PUBLIC KEY, RSA PUBLIC KEY, CERTIFICATE); throws InvalidArgument that says what is
  /// wrong and names `owner`.
  PublicKey(const std::string& pem, const std::string& owner);

  /// Checks a raw RSA-SHA1 signature.
  [[nodiscard]] bool verifies(std::string_view text, std::string_view signature) const;
  [[nodiscard]] const std::string& pem() const noexcept { return pem_; }

 private:
  std::string pem_;
  std::shared_ptr<EVP_PKEY> key_;
};

}  // namespace bitbucket::inline v0_1::testing::embedded
