// Addresses that lead elsewhere than they seem to, and texts that mean something else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include <nlohmann/json.hpp>

#include <bitbucket/server.hpp>
#include <bitbucket/setup.hpp>

#include "http/raw_server.hpp"
#include "http/transfers.hpp"
#include "http/url.hpp"

namespace bitbucket::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(AddressTest, HostsAreNamesOrAddresses) {
  for (const char* host :
       {"127.0.0.1;x", "a,b",     "a&b",        "a=b",          "a+b",          "a$b",
        "a!b",         "a'b",     "a(b)",       "a*b",          "a~b",          "a%2eb",
        "a..b",        ".a",      ".",          "[127.0.0.1]",  "[::1",         "::1",
        "[::1]x",      "[v1.fe]", "[fe80::1%]", "[fe80::1%25]", "[fe80::1%lo]", "[fe80::1%25l;o]",
        "[::g]",       "[1:2]"}) {
    const std::string url = std::string("http://") + host + ":7990";
    EXPECT_THROW(BitbucketServer({.base_url = url}), InvalidArgument) << url;
    EXPECT_THROW(http::require_http_url(url, "callback"), InvalidArgument) << url;
    EXPECT_THROW(http::require_proxy_url(url), InvalidArgument) << url;
  }
  for (const char* host : {"localhost", "git.example.com.", "a-b.c_d.example", "10.0.0.1", "[::1]",
                           "[fe80::1%25lo]", "[fe80::1%25eth0.1]", "[::ffff:10.0.0.1]"}) {
    const std::string url = std::string("http://") + host + ":7990";
    EXPECT_NO_THROW(BitbucketServer({.base_url = url})) << url;
    EXPECT_NO_THROW(http::require_proxy_url(url)) << url;
  }
}

TEST(AddressTest, AProxyIsAHostAndAPort) {
  for (const char* url : {"http://proxy/path", "http://proxy?x", "http://proxy:99999", "http://",
                          "proxy example", "http://pro\nxy", "http://user@proxy", "ftp://proxy"}) {
    ClientOptions options{.base_url = "https://git.example.com"};
    options.connection.proxy.url = url;
    EXPECT_THROW(BitbucketServer{options}, InvalidArgument) << url;
  }
  for (const char* url : {"proxy", "proxy:3128", "http://proxy:3128/", "socks5h://[::1]:1080"}) {
    ClientOptions options{.base_url = "https://git.example.com"};
    options.connection.proxy.url = url;
    EXPECT_NO_THROW(BitbucketServer{options}) << url;
  }
}

TEST(AddressTest, AUserAgentIsOneLineOfText) {
  for (const std::string& bad :
       {std::string("a\0b", 3), std::string("a\r\nX: y"), std::string("a\x1b[0m"),
        std::string("a\x7f"), std::string("a\n")}) {
    ClientOptions options{.base_url = "https://git.example.com"};
    options.connection.user_agent = bad;
    EXPECT_THROW(BitbucketServer{options}, InvalidArgument) << bad;
    EXPECT_THROW(SetupClient({.base_url = options.base_url, .connection = options.connection}),
                 InvalidArgument);
  }
}

TEST(AddressTest, TextsThatLibcurlWouldCutAtANulAreRefused) {
  const std::string nul("a\0b", 3);
  const ConnectionOptions options[] = {{.tls = {.ca_file = "/dev/null" + nul}},
                                       {.proxy = {.username = nul}},
                                       {.proxy = {.username = "a", .password = Secret(nul)}}};
  for (const ConnectionOptions& each : options)
    EXPECT_THROW(BitbucketServer({.base_url = "https://git.example.com", .connection = each}),
                 InvalidArgument);
}

TEST(AddressTest, ThePathOfACallCannotClimbInAnyEncoding) {
  RawServer server([](Connection& connection, int) {
    while (!connection.read_request().empty()) connection.answer("{}");
  });
  const BitbucketServer client({.base_url = server.url()});
  for (const char* path : {"/rest/%2e%2e/x",  "/rest/%2E%2E/x",
                           "/rest/.%2e/x",    "/rest/%2e./x",
                           "/rest/%2e/x",     "/rest/..;/x",
                           "/rest/..;a=b/x",  "/rest/.;/x",
                           "/rest/%2e%2e;/x", "/rest/..%3b/x",
                           "/rest/..%2fx",    "/rest/..%2Fx",
                           "/rest/x%2f..",    "/rest/x%2F%2e%2e%2Fy",
                           "/rest/x%5c..",    "/rest/..%5cx",
                           "/rest/x/..",      "/rest/x/.",
                           "/rest/x/..;",     "/rest/x/%2e%2e",
                           "/rest/%2e%2e",    "/rest/x%00",
                           "/rest/x%",        "/rest/%zz",
                           "/rest/\xc3\xa9"}) {
    EXPECT_THROW((void)client.call(Method::get, path), InvalidArgument) << path;
  }
  EXPECT_EQ(server.connections(), 0);
  for (const char* path : {"/rest/api/1.0/x;v=1", "/rest/...", "/rest/x/..y", "/rest/a%2Fb/.z",
                           "/rest/%C3%A9", "/rest/~user/x/"})
    EXPECT_EQ(client.call(Method::get, path), nlohmann::json::object()) << path;
}

TEST(AddressTest, TheContextPathCannotClimb) {
  for (const char* path : {"/a/%2e%2e", "/..;x/b", "/a%2f..", "/%2e"})
    EXPECT_THROW(BitbucketServer({.base_url = std::string("https://git.example.com") + path}),
                 InvalidArgument)
        << path;
}

TEST(AddressTest, WithoutAProxyNoErrorNamesOne) {
  RawServer gone([](Connection&, int) {});
  gone.refuse_connections();
  const std::string port = ":" + std::to_string(gone.port()) + "/";
  // libcurl prints each of these addresses in another form.
  for (const char* host : {"127.0.0.1", "127.1", "2130706433", "[fe80::1%25lo]", "[::1]",
                           "[0:0:0:0:0:0:0:1]", "LOCALHOST"}) {
    const TransportError error = failure_of("http://" + (host + port));
    EXPECT_EQ(to_string(error.kind()), "connect") << host << ": " << error.what();
    EXPECT_THAT(error.what(), Not(HasSubstr("proxy"))) << host;
  }
}

}  // namespace
}  // namespace bitbucket::test
