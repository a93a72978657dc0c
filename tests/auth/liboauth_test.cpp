#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <oauth.h>
#include <nlohmann/json.hpp>

#include <bitbucket/oauth1.hpp>

#include "auth/generated.hpp"
#include "auth/keys.hpp"
#include "auth/temporary.hpp"

// Others wrote liboauth and oauthlib from the same RFC, so a result on which all three agree is
// right.

namespace bitbucket {
namespace {

std::string owned(char* text) {
  const std::unique_ptr<char, void (*)(void*)> guard(text, &std::free);
  return text ? text : "(null)";
}

/// Does the same as liboauth's oauth_sign_array2(), up to the signature.
std::string liboauth_base_string(const std::string& method, const std::string& url,
                                 const Parameters& parameters) {
  char** list = nullptr;
  int count = oauth_split_url_parameters(url.c_str(), &list);
  for (const auto& [name, value] : parameters)
    oauth_add_param_to_array(&count, &list, (name + '=' + value).c_str());
  std::qsort(&list[1], static_cast<std::size_t>(count) - 1, sizeof(char*), oauth_cmpstringp);
  const std::string query = owned(oauth_serialize_url_parameters(count, list));
  const std::string out = owned(oauth_catenc(3, method.c_str(), list[0], query.c_str()));
  for (int i = 0; i < count; ++i) std::free(list[i]);
  std::free(list);
  return out;
}

std::vector<std::string> oauthlib_base_strings(const std::vector<Generator::Request>& requests) {
  const TemporaryFolder folder;
  std::string lines;
  for (const Generator::Request& request : requests)
    lines +=
        nlohmann::json{
            {"method", request.method}, {"url", request.url}, {"parameters", request.oauth}}
            .dump() +
        '\n';
  const Outcome outcome =
      run("/usr/bin/python3 " BITBUCKET_SOURCE_DIR "/tests/support/oauthlib_base_strings.py < " +
          folder.write("requests", lines));
  EXPECT_EQ(outcome.status, 0);
  std::vector<std::string> out;
  for (std::size_t at = 0; at < outcome.output.size();) {
    const std::size_t end = outcome.output.find('\n', at);
    out.push_back(outcome.output.substr(at, end - at));
    at = end + 1;
  }
  EXPECT_EQ(out.size(), requests.size());
  out.resize(requests.size());
  return out;
}

std::string ours(const Generator::Request& request) {
  return OAuth1Signer::base_string(request.method, request.url, request.oauth);
}

/// The test runs in parts, because liboauth parses the key for each signature.
class LiboauthTest : public testing::TestWithParam<unsigned> {};

TEST_P(LiboauthTest, MakesTheSameBaseStringsAndSignatures) {
  const OAuth1Signer signer(keys::credentials());
  const std::string pem = keys::rsa_pkcs8();
  Generator generator(GetParam());
  for (int i = 0; i < 2'500; ++i) {
    const Generator::Request request = generator.request();
    const std::string base = ours(request);
    ASSERT_EQ(base, liboauth_base_string(request.method, request.url, request.oauth))
        << request.url;
    if (i % 10 != 0)
      continue;  // liboauth parses the key for each signature, which takes milliseconds
    ASSERT_EQ(signer.sign(base), owned(oauth_sign_rsa_sha1(base.c_str(), pem.c_str()))) << base;
  }
}

INSTANTIATE_TEST_SUITE_P(TenThousand, LiboauthTest, testing::Values(1u, 2u, 3u, 4u));

TEST(OauthlibTest, MakesTheSameBaseStrings) {
  Generator generator(5);
  std::vector<Generator::Request> requests;
  requests.reserve(10'000);
  for (int i = 0; i < 10'000; ++i) requests.push_back(generator.request());
  const std::vector<std::string> theirs = oauthlib_base_strings(requests);
  for (std::size_t i = 0; i < requests.size(); ++i)
    ASSERT_EQ(ours(requests[i]), theirs[i]) << requests[i].url;
}

TEST(OauthlibTest, AgreesWithUsWhereLiboauthDeviatesFromTheRfc) {
  const std::vector<std::string> urls = {
      "https://GIT.Example.COM/x",        // liboauth keeps upper case
      "https://git.example.com:443/x",    // keeps the default port
      "https://git.example.com:80/x",     // strips a port that is not the default
      "http://git.example.com/a:80/b",    // strips it even from the path
      "http://git.example.com/?a%3Db=c",  // holds "name=value" texts: this becomes a = "b=c"
  };
  std::vector<Generator::Request> requests;
  requests.reserve(urls.size());
  for (const std::string& url : urls) requests.push_back({"GET", url, {{"oauth_version", "1.0"}}});
  const std::vector<std::string> judge = oauthlib_base_strings(requests);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    EXPECT_EQ(ours(requests[i]), judge[i]) << urls[i];
    EXPECT_NE(liboauth_base_string("GET", urls[i], requests[i].oauth), judge[i]) << urls[i];
  }
}

}  // namespace
}  // namespace bitbucket
