#include "auth/keys.hpp"

#include <cstdlib>
#include <functional>
#include <memory>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "support/rsa_key.hpp"

namespace keys {
namespace {

using Key = std::shared_ptr<EVP_PKEY>;

std::string written(const std::function<int(BIO*)>& write) {
  const std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  if (!bio || write(bio.get()) != 1) std::abort();
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

Key made(const char* type, int bits = 0) {
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr);
  EVP_PKEY* key = nullptr;
  EVP_PKEY_keygen_init(context);
  if (bits) EVP_PKEY_CTX_set_rsa_keygen_bits(context, bits);
  if (std::string(type) == "EC") EVP_PKEY_CTX_set_group_name(context, "P-256");
  if (EVP_PKEY_generate(context, &key) <= 0) std::abort();
  EVP_PKEY_CTX_free(context);
  return {key, EVP_PKEY_free};
}

EVP_PKEY* rsa() {
  static const Key key = bitbucket::test_support::rsa_key("client");
  return key.get();
}

std::string pkcs8(EVP_PKEY* key) {
  return written([&](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

char password[] = "correct horse";

}  // namespace

std::string rsa_pkcs8() { return pkcs8(rsa()); }

std::string rsa_pkcs1() {
  return written([](BIO* bio) {
    return PEM_write_bio_PrivateKey_traditional(bio, rsa(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

std::string rsa_public() {
  return written([](BIO* bio) { return PEM_write_bio_PUBKEY(bio, rsa()); });
}

std::string rsa_encrypted_pkcs8() {
  return written([](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, rsa(), EVP_aes_256_cbc(), password,
                                         sizeof password - 1, nullptr, nullptr);
  });
}

std::string rsa_encrypted_traditional() {
  return written([](BIO* bio) {
    return PEM_write_bio_PrivateKey_traditional(bio, rsa(), EVP_aes_128_cbc(),
                                                reinterpret_cast<unsigned char*>(password),
                                                sizeof password - 1, nullptr, nullptr);
  });
}

std::string rsa_of(int bits) { return pkcs8(made("RSA", bits).get()); }
std::string pss() { return pkcs8(made("RSA-PSS", 1024).get()); }
std::string ec_pkcs8() { return pkcs8(made("EC").get()); }
std::string ec_traditional() {
  return written([](BIO* bio) {
    return PEM_write_bio_PrivateKey_traditional(bio, made("EC").get(), nullptr, nullptr, 0, nullptr,
                                                nullptr);
  });
}
std::string ed25519() { return pkcs8(made("ED25519").get()); }

std::string rsa_der() {
  return written([](BIO* bio) {
    return i2d_PKCS8PrivateKey_bio(bio, rsa(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

std::string base64(const std::string& bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

std::string body(const std::string& pem) {
  const std::unique_ptr<BIO, int (*)(BIO*)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  char *name = nullptr, *header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  if (!PEM_read_bio(bio.get(), &name, &header, &data, &size)) std::abort();
  std::string out(reinterpret_cast<char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(name);
  OPENSSL_free(header);
  OPENSSL_free(data);
  return out;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

bitbucket::OAuth1Credentials credentials() {
  return {.consumer_key = "cnsmr-key", .private_key = rsa_pkcs8(), .access_token = "acs-tkn"};
}

bool verifies(const std::string& message, const std::string& signature) {
  std::string bytes(signature.size(), '\0');
  const int decoded = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                      reinterpret_cast<const unsigned char*>(signature.data()),
                                      static_cast<int>(signature.size()));
  if (decoded < 0) return false;
  const std::size_t padding = signature.ends_with("==") ? 2 : signature.ends_with("=") ? 1 : 0;
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const bool good =
      EVP_DigestVerifyInit(context, nullptr, EVP_sha1(), nullptr, rsa()) == 1 &&
      EVP_DigestVerify(context, reinterpret_cast<const unsigned char*>(bytes.data()),
                       static_cast<std::size_t>(decoded) - padding,
                       reinterpret_cast<const unsigned char*>(message.data()), message.size()) == 1;
  EVP_MD_CTX_free(context);
  return good;
}

}  // namespace keys
