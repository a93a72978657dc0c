#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>

#include <nlohmann/json.hpp>

#include <bitbucket/server.hpp>

#include "http/tls_server.hpp"
#include "http/transfers.hpp"
#include "support/daemon.hpp"
#include "support/repository_builder.hpp"

// tinyproxy between the client and its server, and proxies of our own that misbehave.

namespace bitbucket::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Kind = TransportError::Kind;
using test_support::Daemon;
using test_support::TempDir;
using test_support::write_file;

/// tinyproxy on a port of its own.
class TinyProxy {
 public:
  explicit TinyProxy(const std::string& settings = "") {
    daemon_ = test_support::start_on_free_port(
        port_,
        [&](int port) -> std::vector<std::string> {
          const std::string file = folder_ / "tinyproxy.conf";
          write_file(file, "Port " + std::to_string(port) +
                               "\nListen 127.0.0.1\nTimeout 60\nMaxClients 50\nLogLevel Info\n" +
                               settings);
          return {"tinyproxy", "-d", "-c", file};
        },
        "Accepting connections");
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// Waits until the proxy's log contains this text.  Another thread reads the log.
  void wait_for_log(const std::string& text) { daemon_->wait_for(text); }

 private:
  int port_ = 0;
  TempDir folder_;
  std::unique_ptr<Daemon> daemon_;
};

/// Sets an environment variable until the test ends.
class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) {
    ::setenv(name, value.c_str(), 1);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() { ::unsetenv(name_); }

 private:
  const char* name_;
};

/// Keeps the heads of all requests and gives each the same answer.
class Recorder {
 public:
  explicit Recorder(std::string status = "200 OK", std::string headers = "")
      : server_([this, status, headers](Connection& connection, int) {
          for (std::string head = connection.read_request(); !head.empty();
               head = connection.read_request()) {
            {
              const std::scoped_lock lock(mutex_);
              heads_.push_back(head);
            }
            connection.answer("recorded", status, headers);
          }
        }) {}
  [[nodiscard]] std::string url() const { return server_.url(""); }
  [[nodiscard]] std::vector<std::string> heads() const {
    const std::scoped_lock lock(mutex_);
    return heads_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> heads_;
  RawServer server_;
};

TEST(ProxyTest, CarriesPlainHttp) {
  TinyProxy proxy;
  const Recorder origin;
  const Response response = get(origin.url() + "/a?b=1", {.proxy = {.url = proxy.url()}});
  EXPECT_EQ(response.body, "recorded");
  ASSERT_EQ(origin.heads().size(), 1u);
  EXPECT_THAT(origin.heads()[0], AllOf(StartsWith("GET /a?b=1 "), HasSubstr("tinyproxy")));
  proxy.wait_for_log("GET " + origin.url() + "/a?b=1 HTTP/1.1");
}

TEST(ProxyTest, TunnelsHttpsToAServerThatIsVerified) {
  TinyProxy proxy("BasicAuth bot s3cret\n");
  const TempDir folder;
  const Identity here;
  const TlsServer server(here);
  write_file(folder / "ca.pem", here.pem());
  ConnectionOptions options{.tls = {.ca_file = folder / "ca.pem"},
                            .proxy = {.url = proxy.url(), .username = "bot", .password = "s3cret"}};
  EXPECT_EQ(get(server.url(), options, {{"Authorization", "Bearer t0ken"}}).body, "ok");
  ASSERT_EQ(server.requests().size(), 1u);
  EXPECT_THAT(server.requests()[0],
              AllOf(HasSubstr("Authorization: Bearer t0ken"), Not(HasSubstr("Proxy-"))));
  proxy.wait_for_log("CONNECT 127.0.0.1:" + std::to_string(server.port()));
  options.tls = {};
  EXPECT_EQ(static_cast<int>(failure_of(server.url(), options).kind()),
            static_cast<int>(Kind::certificate));
}

TEST(ProxyTest, RequiresTheRightPassword) {
  const TinyProxy proxy("BasicAuth bot s3cret\n");
  const Recorder origin;
  ProxyOptions options{.url = proxy.url(), .username = "bot", .password = "s3cret"};
  EXPECT_EQ(get(origin.url(), {.proxy = options}).body, "recorded");
  EXPECT_THAT(origin.heads().back(), Not(HasSubstr("Proxy-Authorization")));
  options.password = "wr0ng";
  for (const ProxyOptions& refused : {options, ProxyOptions{.url = proxy.url()}}) {
    const TransportError error = failure_of("https://127.0.0.1:1/", {.proxy = refused});
    EXPECT_EQ(static_cast<int>(error.kind()), static_cast<int>(Kind::proxy_refused));
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("set proxy.username and proxy.password"), Not(HasSubstr("wr0ng"))));
    EXPECT_FALSE(error.may_have_acted());
    EXPECT_FALSE(error.is_retryable()) << "repeated attempts lock accounts";
  }
  const TransportError missing = failure_of(origin.url(), {.proxy = {.url = proxy.url()}});
  EXPECT_EQ(static_cast<int>(missing.kind()), static_cast<int>(Kind::proxy_refused));
  EXPECT_THAT(missing.what(), HasSubstr("set proxy.username and proxy.password"));
  EXPECT_EQ(origin.heads().size(), 1u);
}

TEST(ProxyTest, AServersOwn407IsAnAnswer) {
  const Recorder odd("407 Proxy Authentication Required");
  EXPECT_EQ(get(odd.url()).status, 407);
  EXPECT_EQ(get(odd.url(), {.proxy = {.url = "direct"}}).status, 407);
  EXPECT_THROW(get(odd.url(), {.proxy = {.url = odd.url()}}), TransportError);
  const Environment environment("http_proxy", odd.url());
  EXPECT_THROW(get("http://git.example.com/"), TransportError);
}

TEST(ProxyTest, AProxyThatIsDownIsTriedAgain) {
  const int port = test_support::free_port();
  for (const char* origin : {"http://127.0.0.1:1", "https://127.0.0.1:1", "http://[::1]:1"}) {
    ClientOptions options{.base_url = origin};
    options.connection.proxy.url = "http://127.0.0.1:" + std::to_string(port);
    options.connection.retry = {.max_attempts = 3,
                                .sleeper = [](auto, const auto&) { return true; }};
    int attempts = 0;
    options.connection.observer = [&](const Attempt&) { ++attempts; };
    try {
      (void)BitbucketServer(options).call(Method::post, "/rest/api/1.0/x");
      ADD_FAILURE() << "it answered";
    } catch (const TransportError& error) {
      EXPECT_EQ(static_cast<int>(error.kind()), static_cast<int>(Kind::proxy)) << error.what();
      EXPECT_THAT(error.what(), HasSubstr("cannot connect to the proxy"));
      EXPECT_FALSE(error.may_have_acted());
    }
    EXPECT_EQ(attempts, 3) << "nothing was sent, so even a POST may be repeated";
  }
}

TEST(ProxyTest, SaysWhatItDidNotAllowOrCouldNotReach) {
  const TinyProxy strict("ConnectPort 443\n");
  const TransportError refused =
      failure_of("https://git.example.com:8443/", {.proxy = {.url = strict.url()}});
  EXPECT_EQ(static_cast<int>(refused.kind()), static_cast<int>(Kind::proxy_refused));
  EXPECT_THAT(refused.what(),
              HasSubstr("the proxy does not allow connections to git.example.com (HTTP 403)"));
  EXPECT_FALSE(refused.is_retryable());

  const TinyProxy open;
  const TransportError unreachable =
      failure_of("https://127.0.0.1:1/", {.proxy = {.url = open.url()}});
  EXPECT_EQ(static_cast<int>(unreachable.kind()), static_cast<int>(Kind::proxy));
  EXPECT_THAT(unreachable.what(), HasSubstr("the proxy cannot connect to 127.0.0.1 (HTTP 500)"));
  EXPECT_TRUE(unreachable.is_retryable());
  EXPECT_FALSE(unreachable.may_have_acted());
}

TEST(ProxyTest, NeverSeesTheCredentialsOfAnHttpsServer) {
  const Recorder proxy("403 Forbidden");
  ConnectionOptions options{.proxy = {.url = proxy.url(), .username = "bot", .password = "s3cret"}};
  EXPECT_THROW(get("https://git.example.com/", options, {{"Authorization", "Bearer t0ken"}}),
               TransportError);
  ASSERT_EQ(proxy.heads().size(), 1u);
  EXPECT_THAT(proxy.heads()[0],
              AllOf(StartsWith("CONNECT git.example.com:443"),
                    HasSubstr("Proxy-Authorization: Basic Ym90OnMzY3JldA=="),
                    Not(HasSubstr("t0ken")), Not(HasSubstr("\r\nAuthorization"))));
}

TEST(ProxyTest, MayBeReachedOverTls) {
  const TempDir folder;
  const Identity ca = authority();
  const TlsServer proxy(Identity({}, &ca), {.body = "by the proxy"});
  write_file(folder / "ca.pem", ca.pem());
  const ConnectionOptions options{.tls = {.ca_file = folder / "ca.pem"},
                                  .proxy = {.url = proxy.url()}};
  EXPECT_EQ(get("http://git.example.com/", options).body, "by the proxy");
  EXPECT_EQ(
      static_cast<int>(failure_of("http://git.example.com/", {.proxy = options.proxy}).kind()),
      static_cast<int>(Kind::certificate));
}

/// Returns whether the request went through the proxy; direct requests fail.
bool proxied(const std::string& url, const ProxyOptions& proxy) {
  try {
    return get(url, {.proxy = proxy}).body == "recorded";
  } catch (const TransportError& error) {
    EXPECT_TRUE(error.kind() == Kind::connect || error.kind() == Kind::resolve) << error.what();
    return false;
  }
}

struct Bypass {
  const char* no_proxy;
  const char* url;
  bool proxied;
};

TEST(ProxyTest, IsNotUsedForTheHostsNamed) {
  const Recorder proxy;
  const std::string name = "http://git.corp.invalid/", v4 = "http://127.1.2.3:1/",
                    v6 = "http://[::1]:1/";
  for (const Bypass& bypass : std::vector<Bypass>{
           {"", name.c_str(), true},
           {"git.corp.invalid", name.c_str(), false},
           {"other.invalid, git.corp.invalid", name.c_str(), false},
           {"corp.invalid", name.c_str(), false},
           {".corp.invalid", name.c_str(), false},
           {"orp.invalid", name.c_str(), true},
           {"*", name.c_str(), false},
           {"127.1.2.3", v4.c_str(), false},
           {"127.0.0.0/8", v4.c_str(), false},
           {"127.9.0.0/16", v4.c_str(), true},
           {"*", v4.c_str(), false},
           {"::1", v6.c_str(), false},
           {"::1/128", v6.c_str(), false},
           {"[::1]", v6.c_str(), false},
           {"other.invalid,::/0", v6.c_str(), false},
           {"0.0.0.0/0", v6.c_str(), true},
           {"::1/", v6.c_str(), true},
           {"127.0.0.0/33", v4.c_str(), true},
           {"GIT.corp.INVALID.", name.c_str(), false},
           {"::2/128", v6.c_str(), true},
       })
    EXPECT_EQ(proxied(bypass.url, {.url = proxy.url(), .no_proxy = bypass.no_proxy}),
              bypass.proxied)
        << bypass.url << " with no_proxy " << bypass.no_proxy;
}

TEST(ProxyTest, ComesFromTheEnvironmentUnlessGiven) {
  const Recorder named, given;
  const std::string url = "http://127.0.0.1:1/";
  const Environment environment("http_proxy", named.url());
  EXPECT_TRUE(proxied(url, {}));
  EXPECT_EQ(named.heads().size(), 1u);
  EXPECT_TRUE(proxied(url, {.url = given.url()}));
  EXPECT_EQ(given.heads().size(), 1u);
  EXPECT_FALSE(proxied(url, {.url = "direct"}));
  EXPECT_FALSE(proxied(url, {.no_proxy = "127.0.0.0/8"}));
  {
    const Environment exception("no_proxy", "127.0.0.1");
    EXPECT_FALSE(proxied(url, {}));
    EXPECT_TRUE(proxied(url, {.no_proxy = "other.invalid"}))
        << "the option replaces the environment's list";
    EXPECT_TRUE(proxied(url, {.url = given.url()}))
        << "the environment's list does not apply to a given proxy";
  }
  EXPECT_EQ(named.heads().size(), 2u);
}

TEST(ProxyTest, TheEnvironmentsPasswordIsInNoText) {
  for (const char* proxy : {"http://bot:s3cret@127.0.0.1:99999", "gopher://bot:s3cret@127.0.0.1",
                            "http://bot:s3cret@[::1", "http://bot:s3cret@no-such-host.invalid"}) {
    const Environment environment("http_proxy", proxy);
    EXPECT_THAT(failure_of("http://git.example.com/").what(), Not(HasSubstr("s3cret"))) << proxy;
  }
}

TEST(ProxyTest, ItsUrlHasAKnownSchemeAndNoPassword) {
  for (const char* url : {"http://bot:s3cret@127.0.0.1:3128", "bot:s3cret@proxy",
                          "gopher://127.0.0.1", "ftp://127.0.0.1"}) {
    try {
      (void)http::make_curl_transport({.proxy = {.url = url}});
      ADD_FAILURE() << url;
    } catch (const InvalidArgument& error) {
      EXPECT_THAT(error.what(), AllOf(HasSubstr("proxy.url"), Not(HasSubstr("s3cret"))));
    }
  }
}

}  // namespace
}  // namespace bitbucket::test
