#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <bitbucket/integration/installation.hpp>

/// Sealers for tests.
namespace sealers {

inline std::string to_hex(std::string_view bytes) {
  std::string out;
  for (const unsigned char c : bytes) {
    out += "0123456789abcdef"[c >> 4];
    out += "0123456789abcdef"[c & 15];
  }
  return out;
}

/// Any other character counts as a digit as well, so that this notices no change.
inline std::string from_hex(std::string_view text) {
  const auto digit = [](char c) { return (c >= 'a' ? c - 'a' + 10 : c) & 15; };
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    out += static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1]));
  return out;
}

/// AES-256-GCM: a nonce of 12 bytes, the text, a tag of 16 bytes.
inline std::string aes_gcm(const std::string& key, std::string_view text, bool seal) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  unsigned char nonce[12], tag[16];
  if (seal) {
    RAND_bytes(nonce, sizeof nonce);
  } else {
    if (text.size() < sizeof nonce + sizeof tag) throw std::runtime_error("too short");
    std::copy(bytes, bytes + sizeof nonce, nonce);
    std::copy(bytes + text.size() - sizeof tag, bytes + text.size(), tag);
    text = text.substr(sizeof nonce, text.size() - sizeof nonce - sizeof tag);
    bytes += sizeof nonce;
  }
  std::string out(text.size(), '\0');
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  int size = 0;
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  EVP_CipherInit_ex(context, EVP_aes_256_gcm(), nullptr,
                    reinterpret_cast<const unsigned char*>(key.data()), nonce, seal ? 1 : 0);
  EVP_CipherUpdate(context, to, &size, bytes, static_cast<int>(text.size()));
  if (!seal) EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, sizeof tag, tag);
  const bool good = EVP_CipherFinal_ex(context, to + size, &size) == 1;
  if (seal) EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, sizeof tag, tag);
  EVP_CIPHER_CTX_free(context);
  if (!good) throw std::runtime_error("the sealed text was changed");
  if (!seal) return out;
  return std::string(reinterpret_cast<char*>(nonce), sizeof nonce) + out +
         std::string(reinterpret_cast<char*>(tag), sizeof tag);
}

inline bitbucket::Sealer careful(char key = 'k') {
  const std::string bytes(32, key);
  return {.seal =
              [bytes](const bitbucket::Secret& secret) {
                return to_hex(aes_gcm(bytes, secret.reveal(), true));
              },
          .unseal =
              [bytes](std::string_view text) {
                return bitbucket::Secret(aes_gcm(bytes, from_hex(text), false));
              }};
}

/// Hides a text, but accepts whatever it is given to unseal.
inline bitbucket::Sealer careless() {
  const auto turn = [](std::string text) {
    for (std::size_t i = 0; i < text.size(); ++i)
      text[i] = static_cast<char>(text[i] ^ static_cast<char>(0x5a + 7 * i));
    return text;
  };
  return {
      .seal =
          [turn](const bitbucket::Secret& secret) {
            return to_hex(turn(std::string(secret.reveal())));
          },
      .unseal = [turn](std::string_view text) { return bitbucket::Secret(turn(from_hex(text))); }};
}

}  // namespace sealers
