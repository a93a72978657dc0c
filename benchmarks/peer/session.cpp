#include "peer/session.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <ctime>
#include <random>
#include <stdexcept>

namespace benchmarks::peer {
namespace {

std::string encoded(const std::string& text) {
  const std::unique_ptr<char, void (*)(void*)> out(
      curl_easy_escape(nullptr, text.data(), static_cast<int>(text.size())), &curl_free);
  return out.get();
}

std::string nonce() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  return std::to_string(random()) + std::to_string(random());
}

std::string base64(const std::vector<unsigned char>& bytes) {
  std::string out(bytes.size() * 4 / 3 + 8, '\0');
  out.resize(static_cast<std::size_t>(EVP_EncodeBlock(
      reinterpret_cast<unsigned char*>(out.data()), bytes.data(), static_cast<int>(bytes.size()))));
  return out;
}

std::string signature_of(const std::string& text, EVP_PKEY* key) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  std::vector<unsigned char> out(1024);
  std::size_t size = out.size();
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha1(), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), out.data(), &size,
                     reinterpret_cast<const unsigned char*>(text.data()), text.size()) != 1)
    throw std::runtime_error("OpenSSL does not sign");
  out.resize(size);
  return base64(out);
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* body) {
  static_cast<std::string*>(body)->append(data, size);
  return size;
}

}  // namespace

Account::Account(const Options& options)
    : consumer_key_(options.consumer_key), token_(options.access_token) {
  const std::shared_ptr<BIO> bio(
      BIO_new_mem_buf(options.private_key.data(), static_cast<int>(options.private_key.size())),
      BIO_free);
  key_.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  if (!key_) throw std::runtime_error("no private key");
}

std::string Account::authorization(const std::string& url, const Query& query) const {
  Query oauth = {{"oauth_consumer_key", consumer_key_},
                 {"oauth_nonce", nonce()},
                 {"oauth_signature_method", "RSA-SHA1"},
                 {"oauth_timestamp", std::to_string(std::time(nullptr))},
                 {"oauth_token", token_},
                 {"oauth_version", "1.0"}};
  Query all = oauth;
  all.insert(all.end(), query.begin(), query.end());
  for (auto& [name, value] : all) name = encoded(name), value = encoded(value);
  std::sort(all.begin(), all.end());
  std::string parameters;
  for (const auto& [name, value] : all)
    parameters += (parameters.empty() ? "" : "&") + name + '=' + value;
  oauth.emplace_back("oauth_signature",
                     signature_of("GET&" + encoded(url) + '&' + encoded(parameters), key_.get()));
  std::string out = "Authorization: OAuth ";
  for (const auto& [name, value] : oauth)
    out += (out.ends_with(' ') ? "" : ", ") + name + "=\"" + encoded(value) + '"';
  return out;
}

Session::Session(const Options& options, const Account& account)
    : options_(options), account_(account), easy_(curl_easy_init(), &curl_easy_cleanup) {
  curl_easy_setopt(easy_.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy_.get(), CURLOPT_WRITEFUNCTION, &on_body);
  if (!options.ca_file.empty())
    curl_easy_setopt(easy_.get(), CURLOPT_CAINFO, options.ca_file.c_str());
}

nlohmann::json Session::get(const std::string& path, const Query& query) {
  const std::string address = options_.base_url + path;
  std::string url = address;
  for (const auto& [name, value] : query)
    url += (url.size() == address.size() ? '?' : '&') + encoded(name) + '=' + encoded(value);
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(
      curl_slist_append(curl_slist_append(nullptr, account_.authorization(address, query).c_str()),
                        "Accept: application/json"),
      &curl_slist_free_all);
  std::string body;
  curl_easy_setopt(easy_.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy_.get(), CURLOPT_WRITEDATA, &body);
  const CURLcode code = curl_easy_perform(easy_.get());
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  if (code != CURLE_OK) throw std::runtime_error(curl_easy_strerror(code));
  if (status != 200) throw std::runtime_error("status " + std::to_string(status) + ": " + body);
  return nlohmann::json::parse(body);
}

}  // namespace benchmarks::peer
