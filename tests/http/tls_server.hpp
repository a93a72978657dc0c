#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "http/certificates.hpp"
#include "http/raw_server.hpp"

namespace bitbucket::test {

struct TlsServerOptions {
  std::vector<Identity> chain = {};     ///< certificates between the server's and the CA
  const Identity* client_ca = nullptr;  ///< clients must present a certificate that it signed
  int max_version = 0;                  ///< for example TLS1_2_VERSION; 0: any
  bool keep_alive = true;
  std::string body = "ok";
  /// Makes the body of each answer; called from many threads.
  std::function<std::string(const std::string& request)> answer = {};
};

/// Answers every request on a connection over TLS.
class TlsServer {
 public:
  explicit TlsServer(const Identity& identity, TlsServerOptions options = {});

  [[nodiscard]] std::string url(const std::string& host = "127.0.0.1") const {
    return "https://" + host + ':' + std::to_string(port()) + '/';
  }
  [[nodiscard]] int port() const { return server_.port(); }
  /// Return how many handshakes both sides completed, and how many of them resumed a session.
  [[nodiscard]] int handshakes() const { return handshakes_; }
  [[nodiscard]] int resumed() const { return resumed_; }
  [[nodiscard]] int connections() const { return server_.connections(); }
  /// Returns the heads of the requests so far.
  [[nodiscard]] std::vector<std::string> requests() const;

 private:
  void serve(int fd);
  bool answer_one(SSL* tls);

  TlsServerOptions options_;
  std::shared_ptr<SSL_CTX> context_;
  std::atomic<int> handshakes_ = 0, resumed_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  RawServer server_;
};

}  // namespace bitbucket::test
