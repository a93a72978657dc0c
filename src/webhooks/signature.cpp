#include "webhooks/signature.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstddef>
#include <string>

#include <bitbucket/error.hpp>

#include "base/hex.hpp"

namespace bitbucket::inline v0_1::webhooks {
namespace {

constexpr std::string_view algorithm = "sha256=";
constexpr std::size_t digest_size = 32;

std::string hmac(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  if (!HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
            reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(),
            &size) ||
      size != digest_size)
    throw Error("OpenSSL cannot compute an HMAC with SHA-256");
  return detail::hex(std::span(digest).first(size));
}

}  // namespace

bool is_signature(std::string_view signature, std::string_view body,
                  std::span<const Secret> secrets) {
  if (!signature.starts_with(algorithm)) return false;
  signature.remove_prefix(algorithm.size());
  if (signature.size() != 2 * digest_size) return false;
  int matching = 0;
  for (const Secret& secret : secrets)
    matching |= static_cast<int>(
        CRYPTO_memcmp(hmac(secret.reveal(), body).data(), signature.data(), signature.size()) == 0);
  return matching != 0;
}

}  // namespace bitbucket::inline v0_1::webhooks
