// Seals secrets with AES-256-GCM and a key from a file, so that whoever reads the place where a
// service stores its installations learns no secret without that file.
#pragma once
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <bitbucket/error.hpp>
#include <bitbucket/integration/installation.hpp>
#include <bitbucket/secret.hpp>

namespace example {

constexpr std::size_t key_size = 32, nonce_size = 12, tag_size = 16;

inline unsigned char* bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}
inline const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

inline std::string random_bytes(std::size_t size) {
  std::string random(size, '\0');
  if (RAND_bytes(bytes(random), static_cast<int>(size)) != 1)
    throw std::runtime_error("there are no random numbers");
  return random;
}

inline std::string to_hex(std::string_view text) {
  std::string hex(2 * text.size() + 1, '\0');
  OPENSSL_buf2hexstr_ex(hex.data(), hex.size(), nullptr, bytes(text), text.size(), '\0');
  hex.pop_back();  // the terminating zero
  return hex;
}

// Returns an empty text for anything that to_hex() does not write.
inline std::string from_hex(std::string_view hex) {
  std::string text(hex.size() / 2, '\0');
  const int good =
      OPENSSL_hexstr2buf_ex(bytes(text), text.size(), nullptr, std::string(hex).c_str(), '\0');
  return good == 1 && to_hex(text) == hex ? text : "";
}

// Makes a file that only its owner can read.  link() makes the file appear with all of its text and
// never replaces a file.  Returns false when the file exists already.
inline bool make_private_file(const std::string& path, std::string_view text) {
  std::string draft = path + ".XXXXXX";
  const int file = ::mkostemp(draft.data(), O_CLOEXEC);  // with mode 0600
  if (file < 0) throw std::runtime_error("cannot create " + draft);
  bool written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  written = ::fsync(file) == 0 && written;  // a key that is lost makes every sealed text useless
  written = ::close(file) == 0 && written;
  const bool made = written && ::link(draft.c_str(), path.c_str()) == 0;
  const bool exists = written && !made && errno == EEXIST;
  ::unlink(draft.c_str());
  if (!made && !exists) throw std::runtime_error("cannot write " + path);
  return made;
}

// Makes a file with a new key.  Several processes may call this at once: all of them use the key of
// the first.
inline void make_key_file(const std::string& path) {
  const bitbucket::Secret key(to_hex(random_bytes(key_size)) + '\n');
  (void)make_private_file(path, key.reveal());
}

// Encrypts and sets the tag, or decrypts and checks the tag.
inline std::string aes_gcm(bool seal, const bitbucket::Secret& key, std::string_view nonce,
                           std::string_view text, std::string& tag) {
  const std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> context(EVP_CIPHER_CTX_new(),
                                                                           EVP_CIPHER_CTX_free);
  EVP_CIPHER_CTX* const c = context.get();
  std::string result(text.size(), '\0');
  int size = 0;
  const bool good =
      EVP_CipherInit_ex(c, EVP_aes_256_gcm(), nullptr, bytes(key.reveal()), bytes(nonce), seal) &&
      EVP_CipherUpdate(c, bytes(result), &size, bytes(text), static_cast<int>(text.size())) &&
      (seal || EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, tag_size, tag.data())) &&
      EVP_CipherFinal_ex(c, bytes(result) + size, &size) &&
      (!seal || EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, tag_size, tag.data()));
  if (!good) throw bitbucket::Error("a secret was changed, or sealed with another key");
  return result;
}

// Returns a sealer whose texts are nonce, encrypted secret and tag, in hexadecimal digits.
inline bitbucket::Sealer read_sealer(const std::string& path) {
  const bitbucket::Secret key(from_hex(bitbucket::read_file(path).reveal()));
  if (key.reveal().size() != key_size)
    throw bitbucket::InvalidArgument(path + " has no key: it must be 64 hexadecimal digits");
  return {.seal =
              [key](const bitbucket::Secret& secret) {
                const std::string nonce = random_bytes(nonce_size);  // never used twice with a key
                std::string tag(tag_size, '\0');
                const std::string sealed = aes_gcm(true, key, nonce, secret.reveal(), tag);
                return to_hex(nonce + sealed + tag);
              },
          .unseal =
              [key](std::string_view hex) {
                const std::string text = from_hex(hex);
                if (text.size() < nonce_size + tag_size)
                  throw bitbucket::Error("a secret is not sealed, or was cut");
                const std::size_t end = text.size() - tag_size;
                std::string tag = text.substr(end);
                const std::string_view nonce = std::string_view(text).substr(0, nonce_size);
                const std::string_view sealed =
                    std::string_view(text).substr(nonce_size, end - nonce_size);
                return bitbucket::Secret(aes_gcm(false, key, nonce, sealed, tag));
              }};
}

// Makes the key file when it is missing, and returns a sealer with its key.
inline bitbucket::Sealer sealer_with_key(const std::string& path) {
  if (!std::filesystem::exists(path)) make_key_file(path);
  return read_sealer(path);
}

}  // namespace example
