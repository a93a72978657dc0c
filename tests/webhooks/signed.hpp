#pragma once

#include <string>
#include <string_view>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <nlohmann/json.hpp>

#include <bitbucket/webhooks.hpp>

#include "json/samples.hpp"

namespace webhook_test {

using namespace bitbucket;
using nlohmann::json;

inline const std::string kSecret = "webhook-key";

/// Returns the value of X-Hub-Signature.
inline std::string signature_of(std::string_view body, std::string_view key = kSecret) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest, &size);
  std::string text = "sha256=";
  for (unsigned int i = 0; i < size; ++i) {
    text += "0123456789abcdef"[digest[i] >> 4];
    text += "0123456789abcdef"[digest[i] & 15];
  }
  return text;
}

/// A delivery as Bitbucket sends it.  A test changes what it is about.
struct Delivery {
  std::string event = "repo:refs_changed";
  std::string body = bitbucket_test::sample("RefsChanged").dump();
  std::string signature = signature_of(body);
  std::string method = "POST";

  [[nodiscard]] WebhookReply to(const WebhookReceiver& receiver) const {
    return receiver.receive({.method = method,
                             .headers = {{"X-Event-Key", event},
                                         {"X-Request-Id", "5f6e-1"},
                                         {"X-Hub-Signature", signature}},
                             .body = body});
  }
};

/// Returns a delivery of a body that has its right signature.
inline Delivery signed_delivery(const std::string& event, const std::string& body) {
  return {.event = event, .body = body, .signature = signature_of(body)};
}

}  // namespace webhook_test
