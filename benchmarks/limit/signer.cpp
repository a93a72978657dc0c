#include "limit/signer.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include <array>
#include <charconv>
#include <ctime>
#include <stdexcept>

namespace benchmarks::limit {
namespace {

constexpr std::string_view hex = "0123456789ABCDEF";

bool is_unreserved(unsigned char c) {
  return ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

void require(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

/// Sixteen digits, so that the length never changes.
void write_digits(char* to, std::uint64_t n) {
  for (int i = 15; i >= 0; --i, n >>= 4) to[i] = hex[n & 15];
}

void append_digits(std::string& out, std::int64_t n) {
  std::array<char, 24> text;
  out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), n).ptr);
}

}  // namespace

void percent_encode(std::string& out, std::string_view text) {
  for (const unsigned char c : text) {
    if (is_unreserved(c)) {
      out += static_cast<char>(c);
    } else {
      const char escape[3] = {'%', hex[c >> 4], hex[c & 15]};
      out.append(escape, 3);
    }
  }
}

Signer::Signer(const Options& options) {
  if (options.bearer) {
    bearer_ = "Authorization: Bearer " + options.access_token;
    return;
  }
  const std::shared_ptr<BIO> bio(
      BIO_new_mem_buf(options.private_key.data(), static_cast<int>(options.private_key.size())),
      BIO_free);
  key_.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  require(key_ != nullptr, "no private key");
  context_.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr), EVP_PKEY_CTX_free);
  require(context_ && EVP_PKEY_sign_init(context_.get()) > 0, "cannot sign");
  require(EVP_PKEY_CTX_set_rsa_padding(context_.get(), RSA_PKCS1_PADDING) > 0, "no PKCS#1 v1.5");
  sha1_.reset(EVP_MD_fetch(nullptr, "SHA1", nullptr), EVP_MD_free);
  require(sha1_ != nullptr, "no SHA-1");
  percent_encode(consumer_key_, options.consumer_key);
  percent_encode(consumer_key_2_, consumer_key_);
  percent_encode(token_, options.access_token);
  percent_encode(token_2_, token_);
  std::array<unsigned char, 8> random;
  require(RAND_bytes(random.data(), random.size()) == 1, "no random numbers");
  for (const unsigned char c : random) (nonce_ += hex[c >> 4]) += hex[c & 15];
  nonce_.append(16, '0');
}

void Signer::sign(const Target& target, std::string& header) {
  if (!bearer_.empty()) {
    header = bearer_;
    return;
  }
  write_digits(nonce_.data() + 16, ++counter_);
  const std::int64_t now = std::time(nullptr);
  std::string& base = base_string_;
  base.assign("GET&").append(target.encoded_url).append(1, '&');
  const auto add_query = [&base](std::string_view query) { percent_encode(base, query); };
  if (!target.before.empty()) add_query(target.before + '&');
  base.append("oauth_consumer_key%3D").append(consumer_key_2_);
  base.append("%26oauth_nonce%3D").append(nonce_);
  base.append("%26oauth_signature_method%3DRSA-SHA1%26oauth_timestamp%3D");
  append_digits(base, now);
  base.append("%26oauth_token%3D").append(token_2_).append("%26oauth_version%3D1.0");
  if (!target.after.empty()) add_query('&' + target.after);

  // DigestInfo of SHA-1, made by hand: a context that was told the digest by name signs no more
  // than this either, and some systems refuse to be told SHA-1.
  std::array<unsigned char, 35> info = {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e,
                                        0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14};
  require(
      EVP_Digest(base.data(), base.size(), info.data() + 15, nullptr, sha1_.get(), nullptr) == 1,
      "no digest");
  std::array<unsigned char, 1024> binary;
  std::size_t size = binary.size();
  require(EVP_PKEY_sign(context_.get(), binary.data(), &size, info.data(), info.size()) > 0,
          "no signature");
  signature_.resize(size * 4 / 3 + 8);
  signature_.resize(static_cast<std::size_t>(EVP_EncodeBlock(
      reinterpret_cast<unsigned char*>(signature_.data()), binary.data(), static_cast<int>(size))));

  header.assign("Authorization: OAuth oauth_consumer_key=\"").append(consumer_key_);
  header.append("\", oauth_nonce=\"").append(nonce_);
  header.append("\", oauth_signature_method=\"RSA-SHA1\", oauth_timestamp=\"");
  append_digits(header, now);
  header.append("\", oauth_token=\"").append(token_);
  header.append("\", oauth_version=\"1.0\", oauth_signature=\"");
  percent_encode(header, signature_);
  header += '"';
}

}  // namespace benchmarks::limit
