#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "testing/net/http_message.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

/// Listens on a port and hands every request to one function, on many threads at once.
/// The only user of the HTTP library's server.
class HttpFront {
 public:
  using Handler = std::function<void(HttpRequest&, HttpResponse&)>;

  /// Throws std::runtime_error when the address cannot be bound.
  HttpFront(const std::string& address, int port, Handler handler);
  ~HttpFront();
  HttpFront(const HttpFront&) = delete;
  HttpFront& operator=(const HttpFront&) = delete;

  [[nodiscard]] int port() const noexcept;
  /// Starts to answer.
  void start();
  /// Cuts every connection and waits for the threads.
  void stop() noexcept;
  /// Returns how many connections were accepted so far.
  [[nodiscard]] std::uint64_t connections() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bitbucket::inline v0_1::testing::embedded
