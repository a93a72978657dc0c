#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bitbucket/error.hpp>
#include <bitbucket/oauth1.hpp>

#include "auth/headers.hpp"
#include "auth/keys.hpp"
#include "auth/signer.hpp"

namespace bitbucket {
namespace {

constexpr const char* url = "https://bitbucket.example.com/rest/api/1.0/repos?limit=250";

OAuth1Environment fixed() {
  return {.clock = [] { return std::chrono::system_clock::from_time_t(1700000000); },
          .nonce = [] { return "n0nce"; }};
}

Parameters signed_parameters(const OAuth1Credentials& credentials, const Parameters& oauth = {}) {
  return header_parameters(
      OAuth1Signer(credentials, fixed()).authorization("GET", url, {}, oauth).reveal());
}

std::string fresh_nonce(const OAuth1Signer& signer) {
  return parameter(header_parameters(signer.authorization("GET", url).reveal()), "oauth_nonce");
}

TEST(OAuth1SignerTest, WritesAllParametersIntoTheHeader) {
  const Secret header = OAuth1Signer(keys::credentials(), fixed()).authorization("GET", url);
  EXPECT_THAT(
      std::string(header.reveal()),
      testing::MatchesRegex("OAuth oauth_consumer_key=\"cnsmr-key\", oauth_nonce=\"n0nce\", "
                            "oauth_signature_method=\"RSA-SHA1\", oauth_timestamp=\"1700000000\", "
                            "oauth_token=\"acs-tkn\", oauth_version=\"1.0\", "
                            "oauth_signature=\"[-._~%A-Za-z0-9]+\""));
}

TEST(OAuth1SignerTest, SignsTheBaseString) {
  const OAuth1Signer signer(keys::credentials(), fixed());
  const Parameters form = {{"form", "value & more"}, {"limit", "1"}};
  const Parameters sent = header_parameters(signer.authorization("POST", url, form).reveal());
  Parameters all = sent;
  all.insert(all.end(), form.begin(), form.end());
  const std::string base = OAuth1Signer::base_string("POST", url, all);
  EXPECT_THAT(base,
              testing::HasSubstr("form%3Dvalue%2520%2526%2520more%26limit%3D1%26limit%3D250"));
  EXPECT_TRUE(keys::verifies(base, parameter(sent, "oauth_signature")));
  EXPECT_EQ(signer.sign(base), parameter(sent, "oauth_signature"));
}

TEST(OAuth1SignerTest, EncodesKeysAndTokensOnce) {
  OAuth1Credentials credentials = keys::credentials();
  credentials.consumer_key = "release bot/100%";
  credentials.access_token = "a+b/c=";
  const std::string header(OAuth1Signer(credentials, fixed()).authorization("GET", url).reveal());
  EXPECT_THAT(header, testing::HasSubstr("oauth_consumer_key=\"release%20bot%2F100%25\""));
  EXPECT_THAT(header, testing::HasSubstr("oauth_token=\"a%2Bb%2Fc%3D\""));
  const Parameters sent = header_parameters(header);
  EXPECT_TRUE(keys::verifies(OAuth1Signer::base_string("GET", url, sent),
                             parameter(sent, "oauth_signature")));
}

TEST(OAuth1SignerTest, SendsAnEmptyTokenInATwoLeggedRequest) {
  OAuth1Credentials credentials = keys::credentials();
  credentials.access_token = "";
  const Parameters sent = signed_parameters(credentials);
  EXPECT_EQ(parameter(sent, "oauth_token"), "");
  const std::string base = OAuth1Signer::base_string("GET", url, sent);
  EXPECT_THAT(base, testing::HasSubstr("oauth_token%3D%26oauth_version"));
  EXPECT_TRUE(keys::verifies(base, parameter(sent, "oauth_signature")));
}

TEST(OAuth1SignerTest, OmitsTheTokenWhereThereIsNone) {
  const auth::Signer signer(keys::rsa_pkcs8(), "", "cnsmr-key", fixed());
  const Parameters sent =
      header_parameters(signer.authorization("POST", url, std::nullopt).reveal());
  EXPECT_EQ(parameter(sent, "oauth_token"), "(absent)");
  EXPECT_TRUE(keys::verifies(OAuth1Signer::base_string("POST", url, sent),
                             parameter(sent, "oauth_signature")));
}

TEST(OAuth1SignerTest, AddsProtocolParameters) {
  const Parameters sent = signed_parameters(
      keys::credentials(), {{"oauth_verifier", "v&1"}, {"oauth_token", "request"}});
  EXPECT_EQ(parameter(sent, "oauth_verifier"), "v&1");
  EXPECT_EQ(parameter(sent, "oauth_token"), "request");
  EXPECT_TRUE(keys::verifies(OAuth1Signer::base_string("GET", url, sent),
                             parameter(sent, "oauth_signature")));
}

TEST(OAuth1SignerTest, RefusesProtocolParametersThatItSetsItself) {
  for (const char* name : {"oauth_signature", "oauth_nonce", "oauth_timestamp", "oauth_version",
                           "oauth_consumer_key", "oauth_signature_method", "realm", "name"})
    EXPECT_THROW((void)signed_parameters(keys::credentials(), {{name, "x"}}), InvalidArgument)
        << name;
  EXPECT_THROW((void)signed_parameters(keys::credentials(),
                                       {{"oauth_verifier", "1"}, {"oauth_verifier", "2"}}),
               InvalidArgument);
}

TEST(OAuth1SignerTest, RefusesKeysThatCannotWork) {
  const auto refusal = [](auto change) -> std::string {
    OAuth1Credentials credentials = keys::credentials();
    change(credentials);
    try {
      (void)OAuth1Signer(credentials);
    } catch (const InvalidArgument& error) {
      return error.what();
    }
    return "no refusal";
  };
  using testing::HasSubstr;
  EXPECT_THAT(refusal([](auto& c) { c.consumer_key = ""; }), HasSubstr("consumer_key is empty"));
  EXPECT_THAT(refusal([](auto& c) { c.consumer_key = "a\nb"; }), HasSubstr("control character"));
  EXPECT_THAT(refusal([](auto& c) { c.access_token = "abc\n"; }), HasSubstr("line break"));
  EXPECT_THAT(refusal([](auto& c) { c.private_key = ""; }), HasSubstr("private_key is empty"));
}

TEST(OAuth1SignerTest, WorksWhenCopiedAndAfterAMove) {
  OAuth1Signer one(keys::credentials(), fixed());
  const OAuth1Signer two(one);
  OAuth1Signer three(std::move(one));
  OAuth1Signer four(keys::credentials());
  four = two;
  four = std::move(three);
  EXPECT_EQ(two.sign("x"), four.sign("x"));
}

TEST(OAuth1SignerTest, MakesNoncesThatAForkDoesNotRepeat) {
  const OAuth1Signer signer(keys::credentials());
  (void)fresh_nonce(signer);  // the generator is seeded before the forks
  std::array<int, 2> pipe_ends{};
  ASSERT_EQ(::pipe(pipe_ends.data()), 0);
  std::vector<pid_t> children;
  for (int child = 0; child < 4; ++child) {
    const pid_t id = ::fork();
    if (id == 0) {
      std::string all;
      for (int i = 0; i < 10; ++i) all += fresh_nonce(signer) + '\n';
      ::_exit(::write(pipe_ends[1], all.data(), all.size()) == static_cast<ssize_t>(all.size())
                  ? 0
                  : 1);
    }
    children.push_back(id);
  }
  ::close(pipe_ends[1]);
  std::set<std::string> nonces;
  for (int i = 0; i < 10; ++i) nonces.insert(fresh_nonce(signer));
  std::FILE* in = ::fdopen(pipe_ends[0], "r");
  std::array<char, 64> line{};
  int read = 0;
  for (; std::fgets(line.data(), line.size(), in); ++read)
    nonces.insert(std::string(line.data(), 32));
  std::fclose(in);
  for (const pid_t id : children) {
    int status = -1;
    ::waitpid(id, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(read, 40);
  EXPECT_EQ(nonces.size(), 50u);
}

TEST(OAuth1SignerTest, MakesSignaturesThatTheOpenSslProgramVerifies) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("bitbucket-signer-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const auto file = [&](const char* name) { return (folder / name).string(); };
  const OAuth1Signer signer(keys::credentials());
  const std::string base = OAuth1Signer::base_string("GET", url, {{"oauth_token", "acs-tkn"}});
  std::ofstream(file("base")) << base;
  std::ofstream(file("signature")) << signer.sign(base) << '\n';
  std::ofstream(file("public")) << keys::rsa_public();
  const std::string command = "openssl base64 -d -A -in " + file("signature") + " -out " +
                              file("binary") + " && openssl dgst -sha1 -verify " + file("public") +
                              " -signature " + file("binary") + " " + file("base");
  std::FILE* out = ::popen(command.c_str(), "r");
  std::array<char, 64> line{};
  ASSERT_NE(std::fgets(line.data(), line.size(), out), nullptr);
  EXPECT_EQ(::pclose(out), 0);
  EXPECT_STREQ(line.data(), "Verified OK\n");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace bitbucket
