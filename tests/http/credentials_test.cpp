#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <bitbucket/error.hpp>
#include <bitbucket/server.hpp>

#include "http/raw_server.hpp"

// Credentials go only to the server that they are meant for, wherever that server sends us.

namespace bitbucket::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class CredentialsTest : public ::testing::Test {
 protected:
  /// Returns a client of a server that answers everything in this way.
  BitbucketServer client_of(const std::string& body, const std::string& status,
                            const std::string& headers = "") {
    server_.emplace([=](Connection& connection, int) {
      while (!connection.read_request().empty()) connection.answer(body, status, headers);
    });
    return BitbucketServer(
        {.base_url = server_->url(), .credentials = BasicCredentials{"bot", "s3cret"}});
  }

  RawServer other_{[](Connection& connection, int) { connection.wait_for_close(); }};
  std::optional<RawServer> server_;
};

TEST_F(CredentialsTest, FollowNoRedirect) {
  const std::string to = "Location: " + other_.url("/rest/elsewhere?token=t0ken") + "\r\n";
  for (const char* status : {"301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect",
                             "308 Permanent Redirect"}) {
    const BitbucketServer client = client_of("", status, to);
    const auto expect_refused = [&](const auto& call) {
      try {
        call();
        ADD_FAILURE() << status << " was taken for an answer";
      } catch (const ApiError& error) {
        EXPECT_THAT(error.what(), AllOf(HasSubstr("redirects to " + other_.url("/rest/elsewhere")),
                                        Not(HasSubstr("t0ken")), Not(HasSubstr("s3cret"))));
      }
    };
    expect_refused([&] { (void)client.repos.get("PRJ/demo"); });
    expect_refused([&] { (void)client.repos.list().to_vector(); });
    expect_refused([&] { (void)client.call(Method::post, "/rest/api/1.0/x"); });
    expect_refused([&] { client.files.raw("PRJ/demo", "a", "", [](std::string_view) {}); });
  }
  EXPECT_EQ(other_.connections(), 0);
}

TEST_F(CredentialsTest, FollowNoLinkOfAPage) {
  const std::string link = "Link: <" + other_.url("/rest/next") + ">; rel=\"next\"\r\n";
  const auto last =
      client_of(R"({"values":[{"slug":"a"}],"start":0,"isLastPage":true})", "200 OK", link);
  EXPECT_EQ(last.repos.list().to_vector().size(), 1u);
  const auto odd = client_of(R"({"values":[],"start":0,"isLastPage":false,"nextPageStart":")" +
                                 other_.url("/rest/next") + "\"}",
                             "200 OK");
  EXPECT_THROW((void)odd.repos.list().to_vector(), DecodeError);
  EXPECT_EQ(other_.connections(), 0);
}

TEST_F(CredentialsTest, ACallCannotNameAHost) {
  const BitbucketServer client = client_of("{}", "200 OK");
  const std::string port = std::to_string(other_.port());
  for (const std::string& path :
       {other_.url("/rest/x"), "//127.0.0.1:" + port + "/rest/x", "@127.0.0.1:" + port + "/rest/x",
        ":" + port + "/rest/x", std::string("/rest/..//x"), std::string("rest/x"),
        std::string("/rest/\\\\127.0.0.1/x")})
    EXPECT_THROW((void)client.call(Method::get, path), InvalidArgument) << path;
  EXPECT_EQ(other_.connections(), 0);
  EXPECT_EQ(server_->connections(), 0);
}

TEST_F(CredentialsTest, AreInNoUrl) {
  try {
    const BitbucketServer client({.base_url = "https://bot:s3cret@git.example.com"});
    ADD_FAILURE() << "the URL was accepted";
  } catch (const InvalidArgument& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("give them as credentials"), Not(HasSubstr("s3cret")),
                                    HasSubstr("git.example.com")));
  }
}

}  // namespace
}  // namespace bitbucket::test
