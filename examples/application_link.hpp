// Creates an application link on an embedded server, as an administrator does on a real one.
#pragma once
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <stdexcept>
#include <string>

#include <bitbucket/integration/installation.hpp>
#include <bitbucket/testing/git_server.hpp>

namespace example {

// Returns what one of OpenSSL's functions writes.
template <class Write>
std::string pem(Write write) {
  const std::unique_ptr<BIO, int (*)(BIO*)> out(BIO_new(BIO_s_mem()), BIO_free);
  if (write(out.get()) != 1) throw std::runtime_error("OpenSSL cannot write a key");
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

// Creates an application link with a new key, and returns what the administrator enters at the
// service.
inline bitbucket::InstallationConfig make_application_link(bitbucket::testing::GitServer& server,
                                                           const std::string& consumer_key) {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_RSA_gen(2048), EVP_PKEY_free);
  const auto write_public = [&](BIO* out) { return PEM_write_bio_PUBKEY(out, key.get()); };
  const auto write_private = [&](BIO* out) {
    return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  };
  server.add_consumer({.key = consumer_key, .public_key = pem(write_public)});
  return {
      .url = server.base_url(), .consumer_key = consumer_key, .private_key = pem(write_private)};
}

}  // namespace example
