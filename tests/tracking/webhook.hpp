#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include "json/samples.hpp"
#include "testing/server_fixture.hpp"

// Deliveries as Bitbucket sends them.
namespace bitbucket::test {

inline const std::string kWebhookSecret = "secret of the inbox";

/// Returns the body of a push to a branch.
inline std::string push_to(const std::string& branch) {
  nlohmann::json body = bitbucket_test::sample("RefsChanged");
  body["changes"][0]["ref"]["displayId"] = branch;
  return body.dump();
}

/// Returns the headers of a delivery with its right signature.
inline server_test::Headers signed_headers(const std::string& body, const std::string& request_id,
                                           const std::string& event = "repo:refs_changed") {
  server_test::Headers headers = {
      {"X-Event-Key", event},
      {"X-Hub-Signature", "sha256=" + server_test::hmac_sha256_hex(kWebhookSecret, body)}};
  if (!request_id.empty()) headers.emplace_back("X-Request-Id", request_id);
  return headers;
}

/// Waits until something is true; throws when that takes longer than half a minute.
template <class Condition>
void wait_until(const Condition& condition) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > give_up) throw std::runtime_error("it does not happen");
    std::this_thread::yield();
  }
}

}  // namespace bitbucket::test
