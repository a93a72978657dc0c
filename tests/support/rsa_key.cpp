#include "support/rsa_key.hpp"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace bitbucket::test_support {
namespace {

namespace fs = std::filesystem;
using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
using Key = std::shared_ptr<EVP_PKEY>;

Key made() {
  Key key(EVP_RSA_gen(2048), EVP_PKEY_free);
  if (!key) throw std::runtime_error("OpenSSL cannot make an RSA key");
  return key;
}

Key read(const fs::path& path) {
  const File file(std::fopen(path.c_str(), "re"), &std::fclose);
  return {file ? PEM_read_PrivateKey(file.get(), nullptr, nullptr, nullptr) : nullptr,
          EVP_PKEY_free};
}

/// Makes a file appear with all of its text, unless another process has made it.
void store(const Key& key, const fs::path& path) {
  const fs::path draft = path.string() + '.' + std::to_string(::getpid());
  if (const File file(std::fopen(draft.c_str(), "we"), &std::fclose);
      !file ||
      PEM_write_PrivateKey(file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    throw std::runtime_error("cannot write " + draft.string());
  (void)!::link(draft.c_str(), path.c_str());
  fs::remove(draft);
}

}  // namespace

Key rsa_key(const std::string& name) {
  const char* const folder = std::getenv("BITBUCKET_TEST_SAMPLES");
  if (folder == nullptr) return made();
  const fs::path path = fs::path(folder) / (name + ".pem");
  if (Key key = read(path)) return key;
  fs::create_directories(folder);
  store(made(), path);
  if (Key key = read(path)) return key;
  throw std::runtime_error("cannot read " + path.string());
}

}  // namespace bitbucket::test_support
