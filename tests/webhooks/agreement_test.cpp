#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "support/repository_builder.hpp"
#include "webhooks/signature.hpp"
#include "webhooks/signed.hpp"

// Others judge the signatures: OpenSSL's command line, and Python's hmac.

namespace webhook_test {
namespace {

std::string output_of(const std::string& command) {
  std::FILE* const pipe = popen(command.c_str(), "r");
  std::string text;
  for (int c = 0; pipe && (c = std::fgetc(pipe)) != EOF;) text += static_cast<char>(c);
  EXPECT_EQ(pipe ? pclose(pipe) : -1, 0) << command;
  return text.substr(0, text.find('\n'));
}

/// Bodies of all bytes and sizes around the block size of SHA-256.
std::vector<std::string> bodies() {
  std::mt19937 random(20261122);
  std::vector<std::string> all{"", R"({"test":true})",
                               bitbucket_test::sample("RefsChanged").dump()};
  for (const std::size_t size : {1u, 55u, 56u, 63u, 64u, 65u, 1000u, 100'000u}) {
    std::string& body = all.emplace_back(size, '\0');
    for (char& c : body) c = static_cast<char>(random());
  }
  return all;
}

TEST(WebhookSignatureTest, IsThatOfOpensslAndOfPython) {
  const bitbucket::test_support::TempDir folder;
  const std::string file = (folder / "body").string();
  for (const std::string& body : bodies()) {
    std::ofstream(file, std::ios::binary) << body;
    const std::string openssl =
        output_of("openssl dgst -sha256 -hmac " + kSecret + " -r " + file).substr(0, 64);
    const std::string python = output_of(
        "python3 -c 'import hmac,hashlib,sys;"
        "print(hmac.new(sys.argv[1].encode(), open(sys.argv[2], \"rb\").read(), "
        "hashlib.sha256).hexdigest())' " +
        kSecret + ' ' + file);
    EXPECT_EQ(openssl, python);
    const std::vector<Secret> secrets{kSecret};
    EXPECT_TRUE(webhooks::is_signature("sha256=" + openssl, body, secrets)) << body.size();
    EXPECT_FALSE(webhooks::is_signature("sha256=" + openssl, body + ' ', secrets)) << body.size();
  }
}

TEST(WebhookSignatureTest, IsThatOfTheVector) {
  const std::vector<Secret> secrets{"webhook-key"};
  EXPECT_TRUE(webhooks::is_signature(
      "sha256=595ad87ba22ec9373d270a4c5838c01e370d926b4c12d14966533fd74b6c3e95", R"({"test":true})",
      secrets));
}

TEST(WebhookSignatureTest, OfADeliveryWithOneByteChangedIsRefused) {
  const WebhookReceiver receiver({.secrets = {kSecret}});
  std::mt19937 random(20261122);
  const Delivery good;
  ASSERT_EQ(good.to(receiver).status, 204);
  for (int i = 0; i < 10'000; ++i) {
    Delivery bad = good;
    // The digits of the signature, or the body.
    std::string& text = i % 4 == 0 ? bad.signature : bad.body;
    const std::size_t at = random() % text.size();
    const auto before = text[at];
    text[at] = static_cast<char>(before + 1 + static_cast<int>(random() % 255));
    ASSERT_NE(text[at], before);
    ASSERT_EQ(bad.to(receiver).status, 401) << i << " at " << at;
  }
}

}  // namespace
}  // namespace webhook_test
