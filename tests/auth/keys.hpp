#pragma once

#include <string>

#include <bitbucket/credentials.hpp>

/// Keys for tests, made once per run, so that the repository contains none.
namespace keys {

std::string rsa_pkcs8();
std::string rsa_pkcs1();
std::string rsa_public();
/// The passphrase of these two keys is "correct horse".
std::string rsa_encrypted_pkcs8();
std::string rsa_encrypted_traditional();
/// An RSA key of another size (or kind), as PKCS#8.
std::string rsa_of(int bits);
std::string pss();
std::string ec_pkcs8();
std::string ec_traditional();
std::string ed25519();
/// The DER of rsa_pkcs8().
std::string rsa_der();

std::string base64(const std::string& bytes);
/// Decodes the text between the first and the last line of a PEM.
std::string body(const std::string& pem);
std::string replaced(std::string text, const std::string& what, const std::string& with);

/// OAuth credentials with rsa_pkcs8().
bitbucket::OAuth1Credentials credentials();

/// True when `signature` (base64) is the RSA-SHA1 signature of `message`, by OpenSSL's one-call
/// API.
bool verifies(const std::string& message, const std::string& signature);

}  // namespace keys
