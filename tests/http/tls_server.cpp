#include "http/tls_server.hpp"

#include <pthread.h>
#include <signal.h>

#include <utility>

namespace bitbucket::test {
namespace {

std::shared_ptr<SSL_CTX> make_context(const Identity& identity, const TlsServerOptions& options) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  SSL_CTX_use_certificate(context.get(), identity.certificate());
  SSL_CTX_use_PrivateKey(context.get(), identity.key());
  for (const Identity& between : options.chain)
    SSL_CTX_add1_chain_cert(context.get(), between.certificate());
  if (options.max_version) SSL_CTX_set_max_proto_version(context.get(), options.max_version);
  SSL_CTX_set_session_id_context(context.get(), reinterpret_cast<const unsigned char*>("test"), 4);
  if (options.client_ca) {
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), options.client_ca->certificate());
  }
  return context;
}

}  // namespace

TlsServer::TlsServer(const Identity& identity, TlsServerOptions options)
    : options_(std::move(options)),
      context_(make_context(identity, options_)),
      server_([this](Connection& connection, int) { serve(connection.fd()); }) {}

std::vector<std::string> TlsServer::requests() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

void TlsServer::serve(int fd) {
  sigset_t pipe;  // for this thread only: the client must protect itself
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  const std::unique_ptr<SSL, void (*)(SSL*)> tls(SSL_new(context_.get()), &SSL_free);
  SSL_set_fd(tls.get(), fd);
  if (SSL_accept(tls.get()) != 1) {
    // Closing with bytes unread would reset the connection, and the alert would be lost.
    ::shutdown(fd, SHUT_WR);
    char buffer[4096];
    while (::recv(fd, buffer, sizeof buffer, 0) > 0) {
    }
    return;
  }
  ++handshakes_;
  if (SSL_session_reused(tls.get())) ++resumed_;
  while (answer_one(tls.get()) && options_.keep_alive) {
  }
  SSL_shutdown(tls.get());
}

bool TlsServer::answer_one(SSL* tls) {
  std::string request;
  while (request.find("\r\n\r\n") == std::string::npos) {
    char buffer[4096];
    const int n = SSL_read(tls, buffer, sizeof buffer);
    if (n <= 0) return false;
    request.append(buffer, static_cast<std::size_t>(n));
  }
  {
    const std::scoped_lock lock(mutex_);
    requests_.push_back(request);
  }
  const std::string body = options_.answer ? options_.answer(request) : options_.body;
  const std::string answer = std::string("HTTP/1.1 200 OK\r\n") +
                             (options_.keep_alive ? "" : "Connection: close\r\n") +
                             "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  return SSL_write(tls, answer.data(), static_cast<int>(answer.size())) > 0;
}

}  // namespace bitbucket::test
