#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/loopback.hpp"

namespace bitbucket::test {

/// One accepted connection, which the test serves byte by byte.
class Connection {
 public:
  explicit Connection(int fd) : fd_(fd) {}
  [[nodiscard]] int fd() const { return fd_; }

  /// Returns the next request, head and announced body; empty when the client has closed.
  std::string read_request() {
    std::string text;
    for (;;) {
      const std::size_t end = text.find("\r\n\r\n");
      if (end != std::string::npos && text.size() >= end + 4 + announced(text)) return text;
      char buffer[4096];
      const ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
      if (n <= 0) return {};
      text.append(buffer, static_cast<std::size_t>(n));
    }
  }
  void send(const std::string& bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
      const ssize_t n = ::send(fd_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
      if (n <= 0) return;
      at += static_cast<std::size_t>(n);
    }
  }
  void answer(const std::string& body, const std::string& status = "200 OK",
              const std::string& headers = "") {
    send("HTTP/1.1 " + status + "\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  /// Closes with a reset instead of an orderly end.
  void reset() {
    const linger hard{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  }
  /// Waits until the client goes away.
  void wait_for_close() {
    char byte = 0;
    while (::recv(fd_, &byte, 1, 0) > 0) {
    }
  }

 private:
  static std::size_t announced(const std::string& text) {
    const std::size_t at = text.find("Content-Length: ");
    return at == std::string::npos ? 0 : std::stoul(text.substr(at + 16));
  }
  int fd_;
};

/// Passes each connection to a function on a thread of its own, and closes it afterwards.
class RawServer {
 public:
  explicit RawServer(std::function<void(Connection&, int)> serve) : serve_(std::move(serve)) {
    acceptor_ = std::thread([this] { accept(); });
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;
  ~RawServer() {
    ::shutdown(listener_.fd(), SHUT_RDWR);
    acceptor_.join();
    {
      const std::scoped_lock lock(mutex_);
      for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    for (std::thread& thread : threads_) thread.join();
  }

  [[nodiscard]] std::string url(const std::string& path = "/") const { return listener_.url(path); }
  /// Refuses new connections from now on; open ones stay.
  void refuse_connections() { ::shutdown(listener_.fd(), SHUT_RDWR); }
  [[nodiscard]] int port() const { return listener_.port(); }
  [[nodiscard]] int connections() const { return accepted_; }

 private:
  void accept() {
    for (;;) {
      const int fd = ::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      const int number = accepted_++;
      const std::scoped_lock lock(mutex_);
      open_.push_back(fd);
      threads_.emplace_back([this, fd, number] {
        Connection connection(fd);
        serve_(connection, number);
        const std::scoped_lock closing(mutex_);
        std::erase(open_, fd);
        ::close(fd);
      });
    }
  }

  std::function<void(Connection&, int)> serve_;
  test_support::Listener listener_{1024};
  std::atomic<int> accepted_ = 0;
  std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace bitbucket::test
