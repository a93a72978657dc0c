#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "load_server/compressed.hpp"
#include "load_server/content.hpp"
#include "load_server/verify.hpp"

struct ssl_ctx_st;

namespace benchmarks {

struct ServerOptions {
  int port = 0;  ///< 0: any that is free
  std::size_t commits = 100'000;
  std::size_t cap = 1000;                ///< largest page
  std::chrono::microseconds latency{0};  ///< between a request and its answer
  bool compress = false;                 ///< for clients that accept gzip
  std::string certificate, key;          ///< PEM files; https when given
  std::string verify_key;                ///< PEM file; signatures are looked at when given
  int verify_every = 1;                  ///< and then of every n-th request
};

class Connection;

/// Serves from one thread as fast as its core allows, and delays each answer by the same time.
class Server {
 public:
  explicit Server(const ServerOptions& options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] int port() const noexcept { return port_; }
  /// Serves until the descriptor `stop` can be read.
  void run(int stop);

 private:
  friend class Connection;
  void accept_all();
  void serve(int descriptor, unsigned events);
  void send_due();
  void arm_timer() const;
  Answer answer(std::string_view request);
  void submit(Connection& connection, Answer answer);

  ServerOptions options_;
  Content content_;
  Compressed compressed_;
  std::optional<Verifier> verifier_;
  std::shared_ptr<ssl_ctx_st> tls_;
  std::string base_;
  int listener_ = -1, epoll_ = -1, timer_ = -1, port_ = 0;
  std::size_t requests_ = 0;
  std::unordered_map<int, std::unique_ptr<Connection>> connections_;
  struct Delayed;
  std::unique_ptr<Delayed> delayed_;
};

}  // namespace benchmarks
