#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/tls_server.hpp"
#include "http/transfers.hpp"
#include "support/repository_builder.hpp"

// Servers that require a client certificate.

namespace bitbucket::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = TransportError::Kind;
using test_support::TempDir;
using test_support::write_file;

class ClientCertificateTest : public ::testing::TestWithParam<int> {
 protected:
  std::string file(const std::string& name, const std::string& content) const {
    write_file(folder_ / name, content);
    return folder_ / name;
  }
  [[nodiscard]] std::string get_with(TlsOptions tls) const {
    tls.ca_file = folder_ / "ca.pem";
    return get(server_.url(), {.tls = tls}).body;
  }
  [[nodiscard]] TransportError failure_with(TlsOptions tls) const {
    tls.ca_file = folder_ / "ca.pem";
    return failure_of(server_.url(), {.tls = tls});
  }

  void SetUp() override { file("ca.pem", ca_.pem()); }

  const Identity ca_ = authority();
  const Identity client_{{.name = "DNS:release-bot"}, &ca_};
  const TempDir folder_;
  const TlsServer server_{Identity({}, &ca_), {.client_ca = &ca_, .max_version = GetParam()}};
};

TEST_P(ClientCertificateTest, IsGivenAsTwoFilesOrAsOne) {
  const std::string certificate = file("client.pem", client_.pem());
  const std::string key = file("client.key", client_.key_pem());
  EXPECT_EQ(get_with({.client_certificate = certificate, .client_key = key}), "ok");
  const std::string both = file("both.pem", client_.pem() + client_.key_pem());
  EXPECT_EQ(get_with({.client_certificate = both}), "ok");
}

TEST_P(ClientCertificateTest, TheKeyMayHaveAPassphrase) {
  TlsOptions tls{.client_certificate = file("client.pem", client_.pem()),
                 .client_key = file("client.key", client_.key_pem("pa55phrase")),
                 .client_key_passphrase = "pa55phrase"};
  EXPECT_EQ(get_with(tls), "ok");
  for (const char* wrong : {"wr0ngphrase", ""}) {  // OpenSSL asks on the terminal when none is set
    tls.client_key_passphrase = wrong;
    const TransportError error = failure_with(tls);
    EXPECT_EQ(static_cast<int>(error.kind()), static_cast<int>(Kind::certificate));
    EXPECT_THAT(error.what(), AllOf(HasSubstr("tls.client_key_passphrase"), Not(HasSubstr("wr0ng")),
                                    Not(HasSubstr("pa55"))));
    EXPECT_FALSE(error.may_have_acted());
  }
}

TEST_P(ClientCertificateTest, IsTakenFromPkcs12) {
  const std::string bundle = file("client.p12", client_.pkcs12("pa55phrase"));
  EXPECT_EQ(get_with({.client_certificate = bundle, .client_key_passphrase = "pa55phrase"}), "ok");
  EXPECT_EQ(static_cast<int>(failure_with({.client_certificate = bundle}).kind()),
            static_cast<int>(Kind::certificate));
}

TEST_P(ClientCertificateTest, TheTextSaysWhatToSetWhenItIsMissing) {
  const TransportError error = failure_with({});
  EXPECT_THAT(error.what(), AllOf(HasSubstr("client certificate"),
                                  HasSubstr("set tls.client_certificate and tls.client_key")));
  EXPECT_FALSE(error.may_have_acted())
      << "the server refused the certificate before it read a request";
  EXPECT_TRUE(server_.requests().empty());
}

TEST_P(ClientCertificateTest, ACertificateOfAnotherAuthorityIsRefused) {
  const Identity stranger;
  const TransportError error =
      failure_with({.client_certificate = file("client.pem", stranger.pem()),
                    .client_key = file("client.key", stranger.key_pem())});
  EXPECT_EQ(static_cast<int>(error.kind()), static_cast<int>(Kind::certificate)) << error.what();
  EXPECT_THAT(error.what(), HasSubstr("tls.client_certificate"));
  EXPECT_FALSE(error.may_have_acted());
  EXPECT_FALSE(error.is_retryable());
  EXPECT_TRUE(server_.requests().empty());
}

TEST_P(ClientCertificateTest, TheKeyOfAnotherCertificateIsRefused) {
  const TransportError error =
      failure_with({.client_certificate = file("client.pem", client_.pem()),
                    .client_key = file("client.key", Identity().key_pem())});
  EXPECT_EQ(static_cast<int>(error.kind()), static_cast<int>(Kind::certificate));
  EXPECT_THAT(error.what(), HasSubstr("check tls.client_certificate, tls.client_key"));
  EXPECT_FALSE(error.may_have_acted());
}

INSTANTIATE_TEST_SUITE_P(Versions, ClientCertificateTest,
                         ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION));

}  // namespace
}  // namespace bitbucket::test
