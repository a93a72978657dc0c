#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bitbucket/server.hpp>

#include "http/tls_server.hpp"
#include "http/transfers.hpp"
#include "support/repository_builder.hpp"

// Which servers the client trusts, tested with real handshakes.

namespace bitbucket::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using Kind = TransportError::Kind;
using test_support::TempDir;
using test_support::write_file;

class TlsTest : public ::testing::Test {
 protected:
  /// Writes a file that lives as long as the test.
  std::string file(const std::string& name, const std::string& content) const {
    write_file(folder_ / name, content);
    return folder_ / name;
  }
  std::string ca_file(const Identity& authority) const { return file("ca.pem", authority.pem()); }

  static void expect_untrusted(const TlsServer& server, const TlsOptions& tls,
                               const ::testing::Matcher<const char*>& text,
                               const std::string& host = "127.0.0.1") {
    const TransportError error = failure_of(server.url(host), {.tls = tls});
    EXPECT_EQ(static_cast<int>(error.kind()), static_cast<int>(Kind::certificate));
    EXPECT_THAT(error.what(), text);
    EXPECT_FALSE(error.may_have_acted());
    EXPECT_FALSE(error.is_retryable());
    EXPECT_TRUE(server.requests().empty()) << "nothing is sent to a server that is not trusted";
  }

  TempDir folder_;
};

TEST_F(TlsTest, TrustsTheGivenCertificateAndNoOther) {
  const Identity here, other;
  const TlsServer server(here);
  const auto what_to_do = HasSubstr("set tls.ca_file to ");
  expect_untrusted(server, {}, what_to_do);
  expect_untrusted(server, {.ca_file = ca_file(other)}, what_to_do);
  EXPECT_EQ(get(server.url(), {.tls = {.ca_file = ca_file(here)}}).body, "ok");
}

TEST_F(TlsTest, AnUntrustedServerIsAskedOnce) {
  const TlsServer server{Identity()};
  ClientOptions options{.base_url = server.url(), .credentials = BearerToken{"t0ken"}};
  int attempts = 0;
  options.connection.observer = [&](const Attempt& attempt) {
    ++attempts;
    EXPECT_FALSE(attempt.peer_unverified);
  };
  BitbucketServer client(options);
  EXPECT_THROW((void)client.repos.get("PRJ/demo"), TransportError);
  EXPECT_EQ(attempts, 1);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(TlsTest, TrustsCertificatesSignedByAnAuthorityInTheFile) {
  const Identity ca = authority(), here({}, &ca);
  const TlsServer server(here);
  const Identity other = authority();
  expect_untrusted(server, {.ca_file = ca_file(other)}, HasSubstr("set tls.ca_file to "));
  EXPECT_EQ(get(server.url(), {.tls = {.ca_file = ca_file(ca)}}).body, "ok");
}

TEST_F(TlsTest, TrustsTheAuthoritiesOfAHashedDirectory) {
  const Identity ca = authority(), here({}, &ca), other = authority();
  const TlsServer server(here);
  file("right/" + ca.hashed_name(), ca.pem());
  file("wrong/" + other.hashed_name(), other.pem());
  expect_untrusted(server, {.ca_path = folder_ / "wrong"}, HasSubstr("set tls.ca_file to "));
  EXPECT_EQ(get(server.url(), {.tls = {.ca_path = folder_ / "right"}}).body, "ok");
  const TlsOptions both{.ca_file = ca_file(other), .ca_path = folder_ / "right"};
  EXPECT_EQ(get(server.url(), {.tls = both}).body, "ok");
}

TEST_F(TlsTest, TheServerMustSendTheIntermediateCertificates) {
  const Identity ca = authority(), between = authority(&ca), here({}, &between);
  const TlsOptions tls{.ca_file = ca_file(ca)};
  const TlsServer complete(here, {.chain = {between}}), incomplete(here);
  EXPECT_EQ(get(complete.url(), {.tls = tls}).body, "ok");
  expect_untrusted(incomplete, tls, HasSubstr("unable to get local issuer certificate"));
}

TEST_F(TlsTest, RefusesATrustedCertificateOfAnotherHost) {
  const Identity elsewhere({.name = "DNS:git.example.com,IP:127.0.0.2"});
  const TlsOptions tls{.ca_file = ca_file(elsewhere)};
  const TlsServer server(elsewhere);
  expect_untrusted(server, tls, HasSubstr("the server's certificate is not for 127.0.0.1"));
  expect_untrusted(server, tls, HasSubstr("the server's certificate is not for localhost"),
                   "localhost");
}

TEST_F(TlsTest, SaysThatACertificateIsTooOldOrTooNew) {
  const Identity ca = authority();
  const TlsOptions tls{.ca_file = ca_file(ca)};
  const TlsServer expired(Identity({.begins = -7200, .ends = -3600}, &ca));
  expect_untrusted(expired, tls, HasSubstr("certificate has expired; the server needs a new one"));
  const TlsServer early(Identity({.begins = 3600, .ends = 7200}, &ca));
  expect_untrusted(early, tls, AllOf(HasSubstr("not valid yet"), HasSubstr("clock")));
}

TEST_F(TlsTest, AcceptsAnyCertificateOnlyWhenToldToAndShowsIt) {
  const TlsServer server(Identity({.name = "DNS:git.example.com"}), {.body = R"({"slug":"demo"})"});
  ClientOptions options{.base_url = server.url()};
  options.connection.tls.verify = false;
  int unverified = 0;
  options.connection.observer = [&](const Attempt& attempt) {
    unverified += attempt.peer_unverified;
  };
  EXPECT_EQ(BitbucketServer(options).repos.get("PRJ/demo").slug, "demo");
  EXPECT_EQ(unverified, 1);
}

TEST_F(TlsTest, RefusesVersionsOlderThanTheMinimum) {
  const Identity here;
  TlsOptions tls{.ca_file = ca_file(here)};
  const TlsServer old(here, {.max_version = TLS1_1_VERSION});
  const TlsServer usual(here, {.max_version = TLS1_2_VERSION});
  EXPECT_EQ(static_cast<int>(failure_of(old.url(), {.tls = tls}).kind()),
            static_cast<int>(Kind::tls));
  EXPECT_EQ(get(usual.url(), {.tls = tls}).body, "ok");
  tls.min_version = TlsVersion::v1_3;
  const TransportError error = failure_of(usual.url(), {.tls = tls});
  EXPECT_EQ(static_cast<int>(error.kind()), static_cast<int>(Kind::tls));
  EXPECT_THAT(error.what(), HasSubstr("no TLS version that tls.min_version allows"));
  EXPECT_FALSE(error.may_have_acted());
  EXPECT_EQ(get(TlsServer(here).url(), {.tls = tls}).body, "ok");
}

TEST_F(TlsTest, FilesThatCannotWorkAreFoundBeforeAnythingIsSent) {
  const std::string good = file("good.pem", Identity().pem());
  const std::string missing = folder_ / "missing.pem", directory = folder_.path();
  for (const TlsOptions& tls :
       std::vector<TlsOptions>{{.ca_file = missing},
                               {.ca_file = directory},
                               {.ca_path = missing},
                               {.ca_path = good},
                               {.client_certificate = missing},
                               {.client_certificate = directory},
                               {.client_certificate = good, .client_key = missing},
                               {.client_key = good}})
    EXPECT_THROW(http::make_curl_transport({.tls = tls}), InvalidArgument);
  // OpenSSL reads the content of a file only later, but before anything is sent.
  const TlsServer server{Identity()};
  expect_untrusted(server, {.ca_file = file("empty.pem", "no certificate\n")},
                   HasSubstr("tls.ca_file or tls.ca_path holds no PEM certificate"));
}

TEST_F(TlsTest, ExplainsHttpsToAPortThatSpeaksPlainHttp) {
  RawServer plain([](Connection& connection, int) {
    char byte = 0;  // the first byte of a handshake is never HTTP
    while (::recv(connection.fd(), &byte, 1, 0) == 1 && byte != '\x01') {
    }
    connection.answer("", "400 Bad Request");
  });
  const TransportError error =
      failure_of("https://127.0.0.1:" + std::to_string(plain.port()) + "/");
  EXPECT_EQ(static_cast<int>(error.kind()), static_cast<int>(Kind::tls));
  EXPECT_THAT(error.what(),
              HasSubstr("does not speak TLS on this port; should the URL begin with http://?"));
  EXPECT_FALSE(error.may_have_acted());
}

TEST_F(TlsTest, ExplainsHttpToAPortThatSpeaksTls) {
  const TlsServer server{Identity()};
  const TransportError error =
      failure_of("http://127.0.0.1:" + std::to_string(server.port()) + "/");
  EXPECT_THAT(error.what(), HasSubstr("should the URL begin with https://?"));
}

TEST_F(TlsTest, OneHandshakeServesManyRequests) {
  const Identity here;
  const TlsServer server(here);
  const auto transport = http::make_curl_transport({.tls = {.ca_file = ca_file(here)}});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(transport->start({.url = server.url()})->wait(deadline, {}).body, "ok");
  EXPECT_EQ(server.handshakes(), 1);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(TlsTest, ASessionIsResumedWhenTheServerClosesConnections) {
  const Identity here;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const TlsServer server(here, {.max_version = version, .keep_alive = false});
    const auto transport = http::make_curl_transport({.tls = {.ca_file = ca_file(here)}});
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    for (int i = 0; i < 5; ++i)
      EXPECT_EQ(transport->start({.url = server.url()})->wait(deadline, {}).body, "ok");
    EXPECT_EQ(server.handshakes(), 5);
    EXPECT_EQ(server.resumed(), 4) << version;
  }
}

TEST_F(TlsTest, ASessionIsResumedOnAnotherConnection) {
  const Identity here;
  const TlsServer server(here, {});
  const auto transport = http::make_curl_transport({.tls = {.ca_file = ca_file(here)}});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  EXPECT_EQ(transport->start({.url = server.url()})->wait(deadline, {}).body, "ok");
  // Two requests at a time need one more connection.
  const auto first = transport->start({.url = server.url()});
  const auto second = transport->start({.url = server.url()});
  EXPECT_EQ(first->wait(deadline, {}).body, "ok");
  EXPECT_EQ(second->wait(deadline, {}).body, "ok");
  EXPECT_EQ(server.handshakes(), 2);
  EXPECT_EQ(server.resumed(), 1);
}

}  // namespace
}  // namespace bitbucket::test
