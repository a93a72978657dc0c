#include <atomic>
#include <chrono>
#include <ctime>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <bitbucket/oauth1.hpp>

#include "auth/headers.hpp"
#include "auth/keys.hpp"
#include "auth/oauth1_authorizer.hpp"
#include "auth/rsa_key.hpp"

namespace bitbucket::auth {
namespace {

constexpr const char* base = "https://bitbucket.example.com";
constexpr const char* url = "https://bitbucket.example.com/rest/api/1.0/repos?limit=1";

Response dated(const std::string& date) { return {.status = 401, .headers = {{"Date", date}}}; }

TEST(AuthThreadsTest, SignsOnManyThreadsAtOnce) {
  const RsaKey key{Secret(keys::rsa_pkcs8()), Secret()};
  const std::string expected = key.sign_sha1("message");
  std::vector<std::thread> threads;
  threads.reserve(8);
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i)
        if (key.sign_sha1("message") != expected) ++wrong;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(AuthThreadsTest, MakesNoncesThatNoOtherThreadRepeats) {
  const OAuth1Signer signer(keys::credentials());
  std::mutex mutex;
  std::set<std::string> nonces;
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        const std::string nonce =
            parameter(header_parameters(signer.authorization("GET", url).reveal()), "oauth_nonce");
        const std::lock_guard lock(mutex);
        EXPECT_TRUE(nonces.insert(nonce).second) << nonce;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(nonces.size(), 400u);
  EXPECT_EQ(nonces.begin()->size(), 32u);
}

TEST(AuthThreadsTest, LetsAllRequestsThatWereRefusedTogetherTryAgain) {
  const auto authorizer = make_oauth1_authorizer(
      keys::credentials(), base,
      {.clock = [] { return std::chrono::system_clock::from_time_t(784111000); }});
  std::vector<std::thread> threads;
  threads.reserve(8);
  std::atomic<int> worth_it = 0;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back(
        [&] { worth_it += authorizer->adopt_clock(dated("Sun, 06 Nov 1994 08:49:37 GMT")); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(worth_it, 8);
}

TEST(AuthThreadsTest, SignsOnManyThreadsWhileTheClockIsRepaired) {
  const auto authorizer = make_oauth1_authorizer(keys::credentials(), base, {});
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        if (t == 0) authorizer->adopt_clock(dated("Sun, 06 Nov 1994 08:49:37 GMT"));
        const Secret header = authorizer->header(Method::get, url);
        const Parameters sent = header_parameters(header.reveal());
        EXPECT_TRUE(keys::verifies(OAuth1Signer::base_string("GET", url, sent),
                                   parameter(sent, "oauth_signature")));
      }
    });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace bitbucket::auth
