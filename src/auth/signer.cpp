#include "auth/signer.hpp"

#include <unistd.h>

#include <utility>
#include <vector>

#include <openssl/rand.h>

#include <bitbucket/error.hpp>

#include "auth/base64.hpp"
#include "auth/base_string.hpp"
#include "auth/cleanse.hpp"
#include "http/encoding.hpp"

namespace bitbucket::inline v0_1::auth {
namespace {

/// Adds the caller's protocol parameters to ours.  The caller may replace oauth_token, but none of
/// the others, which this class sets: every server refuses a parameter that is given twice.
void append_protocol(std::vector<EncodedParameter>& ours, const Parameters& added,
                     Encoder& encode) {
  for (const auto& [name, value] : added) {
    if (!name.starts_with("oauth_") && !name.starts_with("xoauth_"))
      throw InvalidArgument("only oauth_ parameters belong in the Authorization header");
    if (name == "oauth_token")
      std::erase_if(ours, [](const auto& p) { return p.first == "oauth_token"; });
    const std::string_view encoded = encode(name);
    if (encoded == "oauth_signature")
      throw InvalidArgument("the signer makes oauth_signature itself; do not pass it");
    for (const auto& present : ours)
      if (present.first == encoded)
        throw InvalidArgument("the protocol parameter '" + std::string(encoded) +
                              "' is given twice");
    ours.emplace_back(encoded, encode(value));
  }
}

void append_hex(std::string& out, std::uint64_t value, int digits) {
  while (digits-- > 0) out += "0123456789abcdef"[value >> (4 * digits) & 15];
}

void append_pair(std::string& out, const EncodedParameter& parameter) {
  out.append(parameter.first).append("=\"").append(parameter.second).append("\", ");
}

}  // namespace

void require_no_control_characters(std::string_view text, std::string_view what) {
  if (text.ends_with('\n') || text.ends_with('\r'))
    throw InvalidArgument(std::string(what) +
                          " ends with a line break, probably that of the file it was read from; "
                          "remove it");
  for (const unsigned char c : text)
    if (c < 0x20 || c == 0x7f)
      throw InvalidArgument(std::string(what) + " contains a control character");
}

Nonces::Nonces() {
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&prefix_), sizeof prefix_) != 1)
    throw Error("OpenSSL's random generator failed, so no nonce can be made");
}

std::string Nonces::next() {
  const auto count = static_cast<std::uint32_t>(count_.fetch_add(1, std::memory_order_relaxed));
  std::string out;
  out.reserve(32);
  append_hex(out, prefix_, 16);
  append_hex(out, static_cast<std::uint32_t>(getpid()), 8);  // differs after a fork
  append_hex(out, count, 8);
  return out;
}

Signer::Signer(const Secret& private_key, const Secret& passphrase, std::string_view consumer_key,
               OAuth1Environment environment)
    : key_(private_key, passphrase),
      consumer_key_(http::percent_encode(consumer_key)),
      environment_(std::move(environment)) {
  if (consumer_key.empty())
    throw InvalidArgument(
        "consumer_key is empty; set the consumer key of Bitbucket's application link");
  require_no_control_characters(consumer_key, "consumer_key");
}

std::string Signer::timestamp() const {
  const auto now = environment_.clock ? environment_.clock() : std::chrono::system_clock::now();
  return std::to_string(std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count());
}

std::string Signer::nonce() const {
  return environment_.nonce ? http::percent_encode(environment_.nonce()) : nonces_->next();
}

Secret Signer::authorization(std::string_view method, std::string_view url,
                             std::optional<std::string_view> token, const Parameters& form,
                             const Parameters& oauth) const {
  const std::string nonce = this->nonce(), timestamp = this->timestamp();
  Encoder encode((token ? token->size() : 0) + size_of(oauth));
  std::vector<EncodedParameter> protocol;
  protocol.reserve(6 + oauth.size());
  protocol.emplace_back("oauth_consumer_key", consumer_key_);
  protocol.emplace_back("oauth_nonce", nonce);
  protocol.emplace_back("oauth_signature_method", "RSA-SHA1");
  protocol.emplace_back("oauth_timestamp", timestamp);
  if (token) protocol.emplace_back("oauth_token", encode(*token));
  protocol.emplace_back("oauth_version", "1.0");
  append_protocol(protocol, oauth, encode);
  const std::string signature = sign(signature_base_string(method, url, protocol, form).text);

  std::size_t size = 64 + 3 * signature.size();
  for (const auto& [name, value] : protocol) size += name.size() + value.size() + 5;
  Scrubbed out(size);
  out.text = "OAuth ";
  for (const EncodedParameter& parameter : protocol) append_pair(out.text, parameter);
  out.text += "oauth_signature=\"";
  http::percent_encode(out.text, signature);
  out.text += '"';
  return Secret(std::move(out.text));
}

std::string Signer::sign(std::string_view base_string) const {
  std::string out;
  base64_encode(out, key_.sign_sha1(base_string));
  return out;
}

}  // namespace bitbucket::inline v0_1::auth
