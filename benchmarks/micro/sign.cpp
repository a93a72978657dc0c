// What is done for each request: encoding, base string, signature, the whole header.

#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <bitbucket/oauth1.hpp>

#include "auth/base_string.hpp"
#include "auth/rsa_key.hpp"
#include "http/encoding.hpp"
#include "limit/signer.hpp"

namespace {

using namespace bitbucket;

const std::string& pem() {
  static const std::string text = [] {
    const std::shared_ptr<EVP_PKEY> key(EVP_RSA_gen(2048), EVP_PKEY_free);
    const std::shared_ptr<BIO> out(BIO_new(BIO_s_mem()), BIO_free);
    PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* data = nullptr;
    const long size = BIO_get_mem_data(out.get(), &data);
    return std::string(data, static_cast<std::size_t>(size));
  }();
  return text;
}

constexpr const char* url =
    "http://127.0.0.1:7990/rest/api/1.0/projects/PRJ/repos/demo/commits?start=1000&limit=1000";

void percent_encode(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(http::percent_encode(url));
}
BENCHMARK(percent_encode);

void base_string(benchmark::State& state) {
  const std::vector<auth::EncodedParameter> protocol = {
      {"oauth_consumer_key", "bench"},
      {"oauth_nonce", "0123456789abcdef0123456789abcdef"},
      {"oauth_signature_method", "RSA-SHA1"},
      {"oauth_timestamp", "1700000000"},
      {"oauth_token", "token"},
      {"oauth_version", "1.0"}};
  for (auto _ : state)
    benchmark::DoNotOptimize(auth::signature_base_string("GET", url, protocol, {}));
}
BENCHMARK(base_string);

void rsa_sha1(benchmark::State& state) {
  const auth::RsaKey key{Secret(pem()), Secret()};
  const std::string message(400, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(key.sign_sha1(message));
}
BENCHMARK(rsa_sha1);

void library_header(benchmark::State& state) {
  const OAuth1Signer signer{
      {.consumer_key = "bench", .private_key = Secret(pem()), .access_token = Secret("token")}};
  for (auto _ : state) benchmark::DoNotOptimize(signer.authorization("GET", url));
}
BENCHMARK(library_header);

void hand_written_header(benchmark::State& state) {
  benchmarks::Options options;
  options.consumer_key = "bench";
  options.access_token = "token";
  options.private_key = pem();
  benchmarks::limit::Signer signer(options);
  benchmarks::limit::Target target;
  target.before = "limit=1000";
  target.after = "start=1000";
  benchmarks::limit::percent_encode(
      target.encoded_url, "http://127.0.0.1:7990/rest/api/1.0/projects/PRJ/repos/demo/commits");
  std::string header;
  for (auto _ : state) {
    signer.sign(target, header);
    benchmark::DoNotOptimize(header);
  }
}
BENCHMARK(hand_written_header);

void parse_key(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(auth::RsaKey{Secret(pem()), Secret()});
}
BENCHMARK(parse_key);

}  // namespace
