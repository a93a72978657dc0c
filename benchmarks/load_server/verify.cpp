#include "load_server/verify.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>
#include <utility>
#include <vector>

#include "harness/options.hpp"

namespace benchmarks {
namespace {

std::string encoded(std::string_view text) {
  std::string out;
  for (const unsigned char c : text) {
    const bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
    if (letter || (c >= '0' && c <= '9') ||
        std::string_view("-._~").find(static_cast<char>(c)) != std::string_view::npos) {
      out += static_cast<char>(c);
    } else {
      out += '%';
      out += "0123456789ABCDEF"[c >> 4];
      out += "0123456789ABCDEF"[c & 15];
    }
  }
  return out;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out +=
          static_cast<char>(std::strtol(std::string(text.substr(i + 1, 2)).c_str(), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// Names and values, encoded.
using Parameters = std::vector<std::pair<std::string, std::string>>;

void add_query(Parameters& out, std::string_view query) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    out.emplace_back(encoded(decoded(pair.substr(0, equals))),
                     encoded(decoded(pair.substr(std::min(equals + 1, pair.size())))));
  }
}

/// Takes `name="value"` pairs; the signature is returned instead.
std::string add_header(Parameters& out, std::string_view header) {
  std::string signature;
  header.remove_prefix(std::min<std::size_t>(header.size(), 6));  // "OAuth "
  while (!header.empty()) {
    const std::string_view pair = header.substr(0, header.find(','));
    header.remove_prefix(std::min(header.size(), pair.size() + 1));
    const std::size_t first = pair.find_first_not_of(' ');
    const std::size_t equals = pair.find("=\"");
    if (equals == std::string_view::npos || !pair.ends_with('"')) return {};
    const std::string_view name = pair.substr(first, equals - first);
    const std::string_view value = pair.substr(equals + 2, pair.size() - equals - 3);
    if (name == "oauth_signature")
      signature = decoded(value);
    else if (name != "realm")
      out.emplace_back(name, value);
  }
  return signature;
}

std::string base_string(std::string_view base, std::string_view path, Parameters parameters) {
  std::sort(parameters.begin(), parameters.end());
  std::string all;
  for (const auto& [name, value] : parameters) all += (all.empty() ? "" : "&") + name + '=' + value;
  return "GET&" + encoded(std::string(base) + std::string(path)) + '&' + encoded(all);
}

}  // namespace

Verifier::Verifier(const std::string& key_file) {
  const std::string pem = content_of(key_file);
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  EVP_PKEY* key = pem.find("PUBLIC") != std::string::npos
                      ? PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr)
                      : PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr);
  if (!key) throw std::runtime_error("no key in " + key_file);
  key_.reset(key, EVP_PKEY_free);
}

bool Verifier::accepts(std::string_view base, std::string_view target,
                       std::string_view authorization) const {
  const std::size_t question = std::min(target.find('?'), target.size());
  Parameters parameters;
  add_query(parameters, target.substr(std::min(question + 1, target.size())));
  const std::string signature = add_header(parameters, authorization);
  std::array<unsigned char, 1024> binary{};
  if (signature.size() < 4 || signature.size() > 1024) return false;
  const int length =
      EVP_DecodeBlock(binary.data(), reinterpret_cast<const unsigned char*>(signature.data()),
                      static_cast<int>(signature.size()));
  const auto padding = std::count(signature.end() - 2, signature.end(), '=');
  if (length < padding) return false;
  const std::string text = base_string(base, target.substr(0, question), std::move(parameters));
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha1(), nullptr, key_.get()) == 1 &&
         EVP_DigestVerify(context.get(), binary.data(), static_cast<std::size_t>(length - padding),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
}

}  // namespace benchmarks
