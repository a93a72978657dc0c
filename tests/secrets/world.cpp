#include "secrets/world.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <bitbucket/testing/git_server.hpp>

namespace secrets {
namespace {

using bitbucket::testing::GitServer;

std::string random_text(std::size_t size) {
  static constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789ab";
  std::string out(size, '\0');
  RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(size));
  for (char& c : out) c = letters[static_cast<unsigned char>(c) % 64];
  return out;
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string out(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return out;
}

/// Everything that the server's process knows.
class Maker {
 public:
  explicit Maker(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Makes a secret text and writes it into the file `name`.
  std::string secret(const std::string& name) {
    const std::string text = random_text(40);
    keep(name, text);
    return text;
  }
  void keep(const std::string& name, const std::string& text) {
    write(name, text);
    append_pieces(needles_, name, text);
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
  }

  /// Makes an RSA key, in three files, and returns its public half.
  std::string key() {
    EVP_PKEY* const key = EVP_RSA_gen(2048);
    const std::string pass = secret("passphrase");
    const auto* const bytes = reinterpret_cast<const unsigned char*>(pass.data());
    const int size = static_cast<int>(pass.size());
    BIO* plain = BIO_new(BIO_s_mem());
    PEM_write_bio_PKCS8PrivateKey(plain, key, nullptr, nullptr, 0, nullptr, nullptr);
    const std::string pem = text_of(plain);
    write("key.pem", pem);
    BIO* pkcs8 = BIO_new(BIO_s_mem());
    PEM_write_bio_PKCS8PrivateKey(pkcs8, key, EVP_aes_256_cbc(), pass.data(), size, nullptr,
                                  nullptr);
    write("encrypted.pem", text_of(pkcs8));
    BIO* traditional = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey_traditional(traditional, key, EVP_aes_128_cbc(), bytes, size, nullptr,
                                         nullptr);
    write("traditional.pem", text_of(traditional));
    add_pem(pem);
    add_numbers(*key);
    BIO* half = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(half, key);
    EVP_PKEY_free(key);
    return text_of(half);
  }

  void finish() const {
    write_needles(folder_ / "needles.new", needles_);
    std::filesystem::rename(folder_ / "needles.new", folder_ / "needles");
  }

 private:
  void add_pem(const std::string& pem) {
    std::size_t at = pem.find('\n') + 1;
    for (; pem[at] != '-'; at = pem.find('\n', at) + 1)
      append_pieces(needles_, "pem", std::string_view(pem).substr(at, pem.find('\n', at) - at));
  }
  /// Adds the numbers as in DER, and as OpenSSL keeps them: in limbs, the least significant first.
  void add_numbers(const EVP_PKEY& key) {
    for (const char* name : {OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_FACTOR1,
                             OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_EXPONENT1,
                             OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1}) {
      BIGNUM* number = nullptr;
      EVP_PKEY_get_bn_param(&key, name, &number);
      std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
      BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
      BN_free(number);
      append_pieces(needles_, std::string(name) + "-der", bytes);
      std::reverse(bytes.begin(), bytes.end());
      append_pieces(needles_, std::string(name) + "-limbs", bytes);
    }
  }

  std::filesystem::path folder_;
  std::vector<Needle> needles_;
};

std::string read_line(int socket) {
  std::string line;
  for (char c = 0; ::read(socket, &c, 1) == 1 && c != '\n';) line += c;
  return line;
}

/// Runs the server's process, which ends when the other side closes the connection.
void serve(const std::filesystem::path& folder, int commands) {
  Maker maker(folder);
  const std::string password = maker.secret("password");
  GitServer server({.users = {{.name = "ann", .password = password}},
                    .tokens = {{.token = maker.secret("bearer"), .user = "ann"}},
                    .consumers = {{.key = "bot", .public_key = maker.key()}}});
  const auto access = server.issue_access_token("bot", "ann");
  maker.keep("access_token", access.token);
  maker.keep("access_token_secret", access.token_secret);
  maker.write("url", server.base_url());
  maker.finish();
  for (std::string ready = "\n";;) {
    if (::write(commands, ready.data(), 1) != 1) return;
    const std::string token = read_line(commands);
    if (token.empty()) return;
    maker.keep("verifier", server.approve(token));
    maker.finish();
  }
}

}  // namespace

World::World()
    : folder_(std::filesystem::temp_directory_path() /
              ("bitbucket-secrets-" + std::to_string(::getpid()))) {
  std::filesystem::create_directories(folder_);
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw std::runtime_error("no socket pair");
  server_ = ::fork();
  if (server_ == 0) {
    ::close(ends[0]);
    int code = 0;
    try {
      serve(folder_, ends[1]);
    } catch (...) {
      code = 1;
    }
    ::_exit(code);
  }
  ::close(ends[1]);
  commands_ = ends[0];
  char ready = 0;
  if (server_ < 0 || ::read(commands_, &ready, 1) != 1)
    throw std::runtime_error("the server's process does not start");
}

World::~World() {
  ::close(commands_);
  ::waitpid(server_, nullptr, 0);
  std::filesystem::remove_all(folder_);
}

std::string World::base_url() const {
  std::ifstream in(file("url"));
  return {std::istreambuf_iterator<char>(in), {}};
}

void World::approve(const std::string& request_token) const {
  const std::string line = request_token + '\n';
  char ready = 0;
  if (::write(commands_, line.data(), line.size()) != static_cast<ssize_t>(line.size()) ||
      ::read(commands_, &ready, 1) != 1)
    throw std::runtime_error("the server's process does not answer");
}

}  // namespace secrets
