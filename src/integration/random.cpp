#include "integration/random.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <array>

#include <bitbucket/error.hpp>

#include "base/hex.hpp"

namespace bitbucket::inline v0_1::integration {

Secret random_secret() {
  std::array<unsigned char, 32> bits{};
  if (RAND_bytes(bits.data(), static_cast<int>(bits.size())) != 1)
    throw Error("OpenSSL has no random numbers for a secret");
  Secret secret(detail::hex(bits));
  OPENSSL_cleanse(bits.data(), bits.size());
  return secret;
}

}  // namespace bitbucket::inline v0_1::integration
