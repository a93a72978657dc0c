#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <filesystem>
#include <memory>
#include <string>

// Certificates made for one test.
namespace bitbucket::test {

struct Subject {
  std::string name = "IP:127.0.0.1";  ///< or "DNS:git.example.com"; several with commas
  int begins = -3600;                 ///< seconds from now
  int ends = 3600;
  bool authority = false;  ///< may sign others
};

/// A certificate with its key, signed by `issuer` or, without one, by itself.
class Identity {
 public:
  explicit Identity(const Subject& subject = {}, const Identity* issuer = nullptr);

  [[nodiscard]] EVP_PKEY* key() const { return key_.get(); }
  [[nodiscard]] X509* certificate() const { return certificate_.get(); }
  [[nodiscard]] std::string pem() const;
  /// Returns the key as PKCS#8, encrypted when there is a passphrase.
  [[nodiscard]] std::string key_pem(const std::string& passphrase = "") const;
  /// Returns both in one PKCS#12 file.
  [[nodiscard]] std::string pkcs12(const std::string& passphrase) const;
  /// Returns the name under which a hashed directory of CAs holds it.
  [[nodiscard]] std::string hashed_name() const;

 private:
  std::shared_ptr<EVP_PKEY> key_;
  std::shared_ptr<X509> certificate_;
};

/// Makes an authority.
inline Identity authority(const Identity* issuer = nullptr) {
  return Identity({.name = "DNS:ca.example.com", .authority = true}, issuer);
}

}  // namespace bitbucket::test
