// What is left in the memory of a process when its clients are destroyed.  AddressSanitizer is the
// strictest judge: its allocator keeps freed blocks unchanged, so the test searches them too.
#include "secrets/memory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>

#include <bitbucket/server.hpp>
#include <bitbucket/setup.hpp>
#include <bitbucket/testing/fake_transport.hpp>

#include "secrets/world.hpp"

namespace bitbucket::test {
namespace {

using Found = std::map<std::string, int>;

class MemoryTest : public ::testing::Test {
 protected:
  // This must come first, because the server's process is a copy of this process at this point.
  static void SetUpTestSuite() { world_ = std::make_unique<secrets::World>(); }
  static void TearDownTestSuite() { world_.reset(); }

  static Found search() { return secrets::search_own_memory(world_->needles()); }
  static Secret secret(const std::string& name) { return read_file(world_->file(name)); }

  static OAuth1Credentials oauth(const std::string& key) {
    OAuth1Credentials out{.consumer_key = "bot", .private_key = secret(key)};
    if (key != "key.pem") out.passphrase = secret("passphrase");
    out.access_token = secret("access_token");
    out.access_token_secret = secret("access_token_secret");
    return out;
  }

  /// Uses each feature once: a page, a value, an error, a failure to connect, views and threads.
  static void work(const Credentials& credentials) {
    const BitbucketServer client({.base_url = world_->base_url(), .credentials = credentials});
    (void)client.repos.list().to_vector();
    (void)client.server.application_properties();
    EXPECT_THROW(client.repos.get({"NO", "such"}), ApiError);
    client.concurrently(std::vector<int>{1, 2, 3, 4},
                        [](const BitbucketServer& c, int) { (void)c.repos.list().to_vector(); });
    const BitbucketServer nobody({.base_url = "http://127.0.0.1:1",
                                  .credentials = credentials,
                                  .connection = {.retry = {.max_attempts = 1}}});
    EXPECT_THROW(nobody.repos.get({"A", "b"}), TransportError);
  }

  /// Nothing of a private key or a passphrase may be left; docs/secrets.md tells about what is
  /// sent.
  static void expect_no_key(const Found& found) {
    for (const auto& [name, count] : found)
      EXPECT_TRUE(name == "access_token" || name == "bearer" || name == "password" ||
                  name == "access_token_secret" || name == "verifier" || name == "of the legs")
          << name << " is left " << count << " times";
  }
  static void report(const char* when, const Found& found) {
    std::cout << when << ":";
    for (const auto& [name, count] : found) std::cout << ' ' << name << '=' << count;
    std::cout << '\n';
  }

  static std::unique_ptr<secrets::World> world_;
};

std::unique_ptr<secrets::World> MemoryTest::world_;

TEST_F(MemoryTest, FindsNothingBeforeASecretIsRead) {
  EXPECT_TRUE(search().empty()) << "the needles themselves are not found";
}

TEST_F(MemoryTest, FindsACopyWhereverItIs) {
  const Secret pem = secret("key.pem");
  const std::string_view text = pem.reveal();
  EXPECT_GT(search()["pem"], 60) << "the Secret itself";
  const int before = search()["pem"];
  static char in_data[64];
  char on_the_stack[64];
  char* const on_the_heap = static_cast<char*>(std::malloc(4096));
  for (char* const place : {in_data, on_the_stack, on_the_heap + 2000}) {
    std::memcpy(place, text.data() + 300, 64);
    EXPECT_GT(search()["pem"], before);
    std::memset(place, 0, 64);
    __asm__ volatile("" : : "r"(place) : "memory");
    EXPECT_EQ(search()["pem"], before);
  }
  std::free(on_the_heap);
}

TEST_F(MemoryTest, FindsTheNumbersOfAKeyInUse) {
  {
    const BitbucketServer client({.base_url = world_->base_url(), .credentials = oauth("key.pem")});
    (void)client.repos.list().to_vector();
    const Found found = search();
    for (const char* name : {"rsa-factor1-limbs", "rsa-factor2-limbs", "d-limbs", "access_token"})
      EXPECT_TRUE(found.contains(name)) << name;
  }
  expect_no_key(search());
}

TEST_F(MemoryTest, NothingOfAKeyIsLeft) {
  for (const std::string key : {"key.pem", "encrypted.pem", "traditional.pem"}) {
    SCOPED_TRACE(key);
    work(oauth(key));
    const Found found = search();
    expect_no_key(found);
    report(key.c_str(), found);
  }
}

TEST_F(MemoryTest, NothingOfAKeyIsLeftWhenItsPassphraseIsWrong) {
  for (const std::string key : {"encrypted.pem", "traditional.pem"}) {
    OAuth1Credentials credentials = oauth(key);
    credentials.passphrase = secret("password");
    EXPECT_THROW(work(credentials), InvalidArgument);
    EXPECT_THROW(work(BasicCredentials{"ann:", secret("passphrase")}), InvalidArgument);
  }
  expect_no_key(search());
}

TEST_F(MemoryTest, NothingOfAKeyIsLeftWhenAProviderGaveIt) {
  work(CredentialsProvider([]() -> FixedCredentials { return oauth("encrypted.pem"); }));
  expect_no_key(search());
}

TEST_F(MemoryTest, NoMoreOfATokenOrPasswordIsLeftThanLibcurlKeeps) {
  work(BearerToken{secret("bearer")});
  work(BasicCredentials{"ann", secret("password")});
  const Found found = search();
  report("bearer and basic", found);
  EXPECT_EQ(found.count("password"), 0u) << "the password is sent only in base64";
  expect_no_key(found);
}

/// Answers with an endless walk of pages, and overwrites the credentials like the library's
/// transport.
class CleanTransport final : public Transport {
 public:
  std::unique_ptr<Exchange> start(Request request) override {
    const std::size_t at = request.url.find("start=");
    const int page = at == std::string::npos ? 0 : std::stoi(request.url.substr(at + 6));
    for (Header& header : request.headers) std::fill(header.value.begin(), header.value.end(), ' ');
    return std::make_unique<Answered>(page);
  }

 private:
  class Answered final : public Exchange {
   public:
    explicit Answered(int page) : page_(page) {}
    Response wait(Deadline, std::stop_token) override {
      return testing::json_answer(
          R"({"size":1,"limit":1,"isLastPage":false,"values":[{"id":1,"slug":"a"}],"start":)" +
              std::to_string(page_) + R"(,"nextPageStart":)" + std::to_string(page_ + 1) + "}",
          ++calls_ % 7 ? 200 : 429);
    }
    void cancel() noexcept override {}

   private:
    static inline std::atomic<int> calls_ = 0;
    int page_;
  };
};

// Any other remains are in buffers that libcurl freed.
TEST_F(MemoryTest, TheLibraryItselfLeavesNothingOfAToken) {
  const Found before = search();
  for (const Credentials& credentials :
       {Credentials(oauth("key.pem")), Credentials(BearerToken{secret("bearer")})}) {
    const BitbucketServer client(
        {.base_url = "http://127.0.0.1",
         .credentials = credentials,
         .connection = {.retry = {.sleeper = [](auto, const auto&) { return true; }},
                        .transport = std::make_shared<CleanTransport>()}});
    for (const int in_flight : {1, 8})
      for (const std::size_t rows : {1, 5, 50})
        (void)client.with({.paging = {.page_size = 1, .max_in_flight = in_flight}})
            .repos.list()
            .to_vector(rows);
    client.concurrently(std::vector<int>(64),
                        [](const BitbucketServer& c, int) { (void)c.repos.list().to_vector(3); });
    // The range is abandoned with pages in flight and a request that was signed early.
    const BitbucketServer hasty = client.with({.paging = {.page_size = 1, .max_in_flight = 8}});
    std::int64_t rows = 0;
    for (const Repo& repo : hasty.repos.list())
      if ((rows += repo.id) == 20) break;
  }
  const Found found = search();
  for (const char* name : {"access_token", "bearer"})
    EXPECT_LE(found.count(name) ? found.at(name) : 0, before.count(name) ? before.at(name) : 0)
        << name;
}

TEST_F(MemoryTest, NothingOfAKeyIsLeftAfterTheThreeLegs) {
  auto needles = world_->needles();
  {
    SetupClient setup({.base_url = world_->base_url(),
                       .consumer_key = "bot",
                       .private_key = secret("encrypted.pem"),
                       .passphrase = secret("passphrase")});
    const RequestToken request = setup.get_request_token();
    world_->approve(request.token);
    const AccessToken access = setup.get_access_token(request, secret("verifier").reveal());
    const AccessToken renewed = setup.renew(access);
    work(setup.credentials(renewed));
    for (const Secret* one : {&request.token_secret, &access.token, &access.token_secret,
                              &access.session_handle, &renewed.token, &renewed.token_secret})
      secrets::append_pieces(needles, "of the legs", one->reveal());
    needles = [&] {  // including the verifier, which the server's process has written meanwhile
      auto all = world_->needles();
      all.insert(all.end(), needles.begin(), needles.end());
      return all;
    }();
    EXPECT_TRUE(secrets::search_own_memory(needles).contains("of the legs"));
  }
  const Found found = secrets::search_own_memory(needles);
  report("three legs", found);
  expect_no_key(found);
}

}  // namespace
}  // namespace bitbucket::test
