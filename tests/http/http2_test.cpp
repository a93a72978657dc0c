#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <optional>
#include <set>

#include <bitbucket/server.hpp>
#include <bitbucket/testing/git_server.hpp>

#include "http/certificates.hpp"
#include "http/tls_server.hpp"
#include "http/transfers.hpp"
#include "support/daemon.hpp"
#include "support/repository_builder.hpp"

// The embedded server behind nginx, which reports the protocol of each request in a header.

namespace bitbucket::test {
namespace {

using test_support::Daemon;
using test_support::TempDir;
using test_support::write_file;

/// nginx as the TLS end of a server.
class Nginx {
 public:
  Nginx(int upstream, const std::string& listen_options) {
    write_file(folder_ / "cert.pem", identity_.pem());
    write_file(folder_ / "key.pem", identity_.key_pem());
    daemon_ = test_support::start_on_free_port(
        port_,
        [&](int port) -> std::vector<std::string> {
          const std::string file = folder_ / "nginx.conf";
          write_file(file, configuration(port, upstream, listen_options));
          return {"nginx", "-p", folder_.path(), "-e", "stderr", "-c", file};
        },
        "event method");
  }
  [[nodiscard]] std::string url() const { return "https://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::string ca_file() const { return folder_ / "cert.pem"; }

 private:
  [[nodiscard]] std::string configuration(int port, int upstream,
                                          const std::string& options) const {
    const std::string text = R"(
daemon off; master_process off; pid PREFIX/nginx.pid; error_log stderr notice;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path PREFIX/body; proxy_temp_path PREFIX/proxy;
  fastcgi_temp_path PREFIX/fastcgi; uwsgi_temp_path PREFIX/uwsgi; scgi_temp_path PREFIX/scgi;
  server {
    listen 127.0.0.1:PORT OPTIONS;
    ssl_certificate PREFIX/cert.pem; ssl_certificate_key PREFIX/key.pem;
    add_header X-Protocol $server_protocol always;
    add_header X-Connection $connection always;
    location / {
      proxy_pass http://127.0.0.1:UPSTREAM; proxy_http_version 1.1;
      proxy_set_header Host $http_host; proxy_set_header Connection "";
    }
  }
}
)";
    return replaced(replaced(replaced(replaced(text, "PREFIX", folder_.path()), "OPTIONS", options),
                             "PORT", std::to_string(port)),
                    "UPSTREAM", std::to_string(upstream));
  }
  static std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at))
      text.replace(at, from.size(), to);
    return text;
  }

  int port_ = 0;
  TempDir folder_;
  Identity identity_;
  std::unique_ptr<Daemon> daemon_;
};

class Http2Test : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    repository_.emplace();
    test_support::make_small_repository(*repository_ / "demo");
  }
  static void TearDownTestSuite() { repository_.reset(); }

  void SetUp() override {
    git_.add_repository("PRJ", "demo", *repository_ / "demo");
    git_.add_token({"t0ken", "admin"});
  }

  ClientOptions options_for(const Nginx& nginx, HttpVersion version) {
    ClientOptions options{.base_url = nginx.url(), .credentials = BearerToken{"t0ken"}};
    options.connection.http_version = version;
    options.connection.tls.ca_file = nginx.ca_file();
    options.connection.observed_headers = {"X-Protocol", "X-Connection"};
    options.connection.observer = [this](const Attempt& attempt) {
      const std::scoped_lock lock(mutex_);
      protocols_.insert(std::string(find_header(*attempt.headers, "X-Protocol")));
      connections_.insert(std::string(find_header(*attempt.headers, "X-Connection")));
      ++attempts_;
    };
    return options;
  }

  static inline std::optional<TempDir> repository_;
  testing::GitServer git_;
  std::mutex mutex_;
  std::set<std::string> protocols_, connections_;
  int attempts_ = 0;
};

using ::testing::ElementsAre;

TEST_F(Http2Test, IsSpokenWhenAskedFor) {
  const Nginx nginx(git_.port(), "ssl http2");
  const BitbucketServer client(options_for(nginx, HttpVersion::v2));
  EXPECT_EQ(client.repos.get("PRJ/demo").slug, "demo");
  EXPECT_EQ(client.commits.list("PRJ/demo").to_vector().size(), 3u);
  const auto one_by_one = client.with({.paging = {.page_size = 1}});
  EXPECT_EQ(one_by_one.commits.list("PRJ/demo").to_vector().size(), 3u);
  EXPECT_THROW((void)client.repos.get("PRJ/none"), ApiError);
  std::string raw;
  client.files.raw("PRJ/demo", "README.md", "", [&](std::string_view bytes) { raw += bytes; });
  EXPECT_FALSE(raw.empty());
  EXPECT_THAT(protocols_, ElementsAre("HTTP/2.0"));
  EXPECT_GE(attempts_, 7);
  EXPECT_LE(connections_.size(), 2u) << "one, and one for the prefetched page";
}

TEST_F(Http2Test, IsNotTheDefault) {
  const Nginx nginx(git_.port(), "ssl http2");
  const BitbucketServer client(options_for(nginx, ConnectionOptions().http_version));
  EXPECT_EQ(client.repos.get("PRJ/demo").slug, "demo");
  EXPECT_THAT(protocols_, ElementsAre("HTTP/1.1"));
}

TEST_F(Http2Test, ConcurrentCallsHaveAConnectionEach) {
  const Nginx nginx(git_.port(), "ssl http2");
  const BitbucketServer client(options_for(nginx, HttpVersion::v2));
  const std::vector<int> items(60);
  const auto slugs = client.concurrently(
      items,
      [](const BitbucketServer& c, int) {
        c.hooks.create(
            "PRJ/demo",
            {.name = "h", .url = "http://127.0.0.1:1/", .events = {"repo:refs_changed"}});
        return c.repos.get("PRJ/demo").slug;
      },
      {.max = 6});
  EXPECT_EQ(slugs, std::vector<std::string>(60, "demo"));
  EXPECT_EQ(attempts_, 120);
  EXPECT_THAT(protocols_, ElementsAre("HTTP/2.0"));
  EXPECT_LE(connections_.size(), 6u);
}

TEST_F(Http2Test, FallsBackToWhatTheServerSpeaks) {
  const Nginx nginx(git_.port(), "ssl");
  const BitbucketServer client(options_for(nginx, HttpVersion::v2));
  EXPECT_EQ(client.repos.get("PRJ/demo").slug, "demo");
  EXPECT_THAT(protocols_, ElementsAre("HTTP/1.1"));
  // Without TLS, client and server cannot agree on HTTP/2.
  ClientOptions plain = options_for(nginx, HttpVersion::v2);
  plain.base_url = git_.base_url();
  EXPECT_EQ(BitbucketServer(plain).repos.get("PRJ/demo").slug, "demo");
  // A server without ALPN is no problem either.
  const Identity here;
  const TempDir folder;
  write_file(folder / "ca.pem", here.pem());
  const TlsServer simple(here);
  EXPECT_EQ(
      get(simple.url(), {.tls = {.ca_file = folder / "ca.pem"}, .http_version = HttpVersion::v2})
          .body,
      "ok");
}

TEST_F(Http2Test, AServerThatHasGoneIsAnError) {
  std::optional<Nginx> nginx(std::in_place, git_.port(), "ssl http2");
  ClientOptions options = options_for(*nginx, HttpVersion::v2);
  options.connection.observer = {};
  options.connection.retry.max_attempts = 1;
  const BitbucketServer client(options);
  EXPECT_EQ(client.repos.get("PRJ/demo").slug, "demo");
  nginx.reset();
  EXPECT_THROW((void)client.repos.get("PRJ/demo"), TransportError);
}

}  // namespace
}  // namespace bitbucket::test
