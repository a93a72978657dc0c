#include "testing/oauth/public_key.hpp"

#include <openssl/bio.h>
#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <bitbucket/error.hpp>

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

std::shared_ptr<EVP_PKEY> own(EVP_PKEY* key) {
  return {key, [](EVP_PKEY* k) { EVP_PKEY_free(k); }};
}

std::shared_ptr<EVP_PKEY> from_certificate(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> in(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr), &X509_free);
  return own(certificate ? X509_get_pubkey(certificate.get()) : nullptr);
}

std::shared_ptr<EVP_PKEY> from_key(const std::string& pem) {
  EVP_PKEY* key = nullptr;
  const std::unique_ptr<OSSL_DECODER_CTX, decltype(&OSSL_DECODER_CTX_free)> decoder(
      OSSL_DECODER_CTX_new_for_pkey(&key, "PEM", nullptr, "RSA", EVP_PKEY_PUBLIC_KEY, nullptr,
                                    nullptr),
      &OSSL_DECODER_CTX_free);
  const auto* data = reinterpret_cast<const unsigned char*>(pem.data());
  std::size_t size = pem.size();
  if (decoder) OSSL_DECODER_from_data(decoder.get(), &data, &size);
  return own(key);
}

}  // namespace

PublicKey::PublicKey(const std::string& pem, const std::string& owner) : pem_(pem) {
  const std::string what = "the public key of consumer \"" + owner + "\" ";
  if (pem.empty()) throw InvalidArgument(what + "is empty");
  if (pem.find("PRIVATE KEY") != std::string::npos) {
    throw InvalidArgument(what + "is a private key; give the server its public half");
  }
  if (pem.find("-----BEGIN ") == std::string::npos) {
    throw InvalidArgument(what + "is not PEM: there is no -----BEGIN line");
  }
  key_ = pem.find("BEGIN CERTIFICATE") != std::string::npos ? from_certificate(pem) : from_key(pem);
  ERR_clear_error();
  if (!key_) throw InvalidArgument(what + "is not an RSA public key in PEM");
  if (EVP_PKEY_is_a(key_.get(), "RSA") != 1) throw InvalidArgument(what + "is not an RSA key");
}

bool PublicKey::verifies(std::string_view text, std::string_view signature) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  const bool right =
      context &&
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha1(), nullptr, key_.get()) == 1 &&
      EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                       signature.size(), reinterpret_cast<const unsigned char*>(text.data()),
                       text.size()) == 1;
  ERR_clear_error();
  return right;
}

}  // namespace bitbucket::inline v0_1::testing::embedded
