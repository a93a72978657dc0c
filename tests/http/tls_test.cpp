#include <gtest/gtest.h>

#include <signal.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include <bitbucket/error.hpp>

#include "http/curl_transport.hpp"
#include "http/raw_server.hpp"

namespace bitbucket::test {
namespace {

using Kind = TransportError::Kind;

/// A self-signed certificate for one name ("IP:127.0.0.1", "DNS:git.example.com").
struct Identity {
  explicit Identity(const char* name)
      : key(EVP_RSA_gen(2048), &EVP_PKEY_free), certificate(X509_new(), &X509_free) {
    X509* const x = certificate.get();
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    X509_set_issuer_name(x, X509_get_subject_name(x));
    X509_set_pubkey(x, key.get());
    X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, name);
    X509_add_ext(x, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(x, key.get(), EVP_sha256());
  }
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key;
  std::unique_ptr<X509, void (*)(X509*)> certificate;
};

/// The certificate in a file, for as long as it is needed.
struct CaFile {
  explicit CaFile(const Identity& identity)
      : path(std::filesystem::temp_directory_path() /
             ("bitbucket-ca-" + std::to_string(::getpid()) + ".pem")) {
    std::FILE* file = std::fopen(path.c_str(), "w");
    PEM_write_X509(file, identity.certificate.get());
    std::fclose(file);
  }
  CaFile(const CaFile&) = delete;
  CaFile& operator=(const CaFile&) = delete;
  ~CaFile() { std::filesystem::remove(path); }
  std::filesystem::path path;
};

/// Answers one request per connection with "ok" over TLS and counts the requests.
class TlsServer {
 public:
  explicit TlsServer(const Identity& identity)
      : context_(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free),
        server_([this](Connection& connection, int) { serve(connection.fd()); }) {
    SSL_CTX_use_certificate(context_.get(), identity.certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), identity.key.get());
  }
  [[nodiscard]] std::string url() const {
    return "https://127.0.0.1:" + std::to_string(server_.port()) + "/";
  }
  [[nodiscard]] int requests() const { return requests_; }

 private:
  void serve(int fd) {
    sigset_t pipe;  // of this thread only: the client has to look after itself
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    const std::unique_ptr<SSL, void (*)(SSL*)> tls(SSL_new(context_.get()), &SSL_free);
    SSL_set_fd(tls.get(), fd);
    char buffer[4096];
    if (SSL_accept(tls.get()) != 1 || SSL_read(tls.get(), buffer, sizeof buffer) <= 0) return;
    ++requests_;
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    SSL_write(tls.get(), answer.data(), static_cast<int>(answer.size()));
    SSL_shutdown(tls.get());
  }

  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  std::atomic<int> requests_ = 0;
  RawServer server_;
};

std::string get(const TlsServer& server, const TlsOptions& tls) {
  const auto transport = http::make_curl_transport({.tls = tls});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  return transport->start({.url = server.url()})->wait(deadline, {}).body;
}

void expect_refused(const TlsServer& server, const TlsOptions& tls) {
  try {
    get(server, tls);
    ADD_FAILURE() << "the certificate was accepted";
  } catch (const TransportError& error) {
    EXPECT_EQ(static_cast<int>(error.kind()), static_cast<int>(Kind::certificate)) << error.what();
    EXPECT_FALSE(error.may_have_been_sent());
    EXPECT_FALSE(error.is_retryable());
  }
  EXPECT_EQ(server.requests(), 0) << "nothing is sent to a server that is not trusted";
}

TEST(TlsTest, TrustsTheGivenCertificateAndNoOther) {
  const Identity here("IP:127.0.0.1"), other("IP:127.0.0.1");
  TlsServer server(here);
  expect_refused(server, {});
  {
    const CaFile wrong(other);
    expect_refused(server, {.ca_file = wrong.path});
  }
  const CaFile ca(here);
  EXPECT_EQ(get(server, {.ca_file = ca.path}), "ok");
}

TEST(TlsTest, RefusesATrustedCertificateOfAnotherHost) {
  const Identity elsewhere("DNS:git.example.com");
  const CaFile ca(elsewhere);
  TlsServer server(elsewhere);
  expect_refused(server, {.ca_file = ca.path});
  EXPECT_EQ(get(server, {.verify = false}), "ok");
}

}  // namespace
}  // namespace bitbucket::test
