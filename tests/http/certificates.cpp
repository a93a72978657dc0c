#include "http/certificates.hpp"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <cstdio>

namespace bitbucket::test {
namespace {

void add_extension(X509* certificate, int nid, const std::string& value) {
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

/// Returns the text that OpenSSL has written into memory.
template <class Write>
std::string written(const Write& write) {
  const std::unique_ptr<BIO, void (*)(BIO*)> out(BIO_new(BIO_s_mem()), &BIO_free_all);
  write(out.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace

Identity::Identity(const Subject& subject, const Identity* issuer)
    : key_(EVP_EC_gen("P-256"), &EVP_PKEY_free), certificate_(X509_new(), &X509_free) {
  static std::atomic<int> made = 0;
  const int number = ++made;
  const std::string name = "Test " + std::to_string(number);
  X509* const x = certificate_.get();
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), number);
  X509_gmtime_adj(X509_getm_notBefore(x), subject.begins);
  X509_gmtime_adj(X509_getm_notAfter(x), subject.ends);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(x, X509_get_subject_name(issuer ? issuer->certificate() : x));
  X509_set_pubkey(x, key());
  add_extension(x, NID_subject_alt_name, subject.name);
  if (subject.authority) add_extension(x, NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(x, issuer ? issuer->key() : key(), EVP_sha256());
}

std::string Identity::pem() const {
  return written([this](BIO* out) { PEM_write_bio_X509(out, certificate()); });
}

std::string Identity::key_pem(const std::string& passphrase) const {
  return written([&](BIO* out) {
    PEM_write_bio_PKCS8PrivateKey(out, key(), passphrase.empty() ? nullptr : EVP_aes_128_cbc(),
                                  passphrase.data(), static_cast<int>(passphrase.size()), nullptr,
                                  nullptr);
  });
}

std::string Identity::pkcs12(const std::string& passphrase) const {
  const std::unique_ptr<PKCS12, void (*)(PKCS12*)> file(
      PKCS12_create(passphrase.c_str(), "test", key(), certificate(), nullptr, 0, 0, 0, 0, 0),
      &PKCS12_free);
  return written([&](BIO* out) { i2d_PKCS12_bio(out, file.get()); });
}

std::string Identity::hashed_name() const {
  char name[16];
  std::snprintf(name, sizeof name, "%08lx.0", X509_subject_name_hash(certificate()));
  return name;
}

}  // namespace bitbucket::test
