#include "load_server/server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <deque>
#include <stdexcept>
#include <utility>

#include "load_server/connection.hpp"

namespace benchmarks {
namespace {

using Clock = std::chrono::steady_clock;

int checked(int result, const char* what) {
  if (result < 0) throw std::runtime_error(std::string(what) + " failed");
  return result;
}

std::shared_ptr<SSL_CTX> make_tls(const ServerOptions& options) {
  if (options.certificate.empty()) return nullptr;
  std::shared_ptr<SSL_CTX> out(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX_set_mode(out.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (SSL_CTX_use_certificate_chain_file(out.get(), options.certificate.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(out.get(), options.key.c_str(), SSL_FILETYPE_PEM) != 1)
    throw std::runtime_error("the certificate or its key cannot be used");
  return out;
}

/// Returns the value of a header, whose name is given in lower case with its colon.
std::string_view header_of(std::string_view request, std::string_view name) {
  for (std::size_t at = request.find("\r\n"); at + 2 < request.size();) {
    const std::string_view line = request.substr(at + 2, request.find("\r\n", at + 2) - at - 2);
    bool same = line.size() > name.size();
    for (std::size_t i = 0; same && i < name.size(); ++i)
      same = name[i] == (line[i] >= 'A' && line[i] <= 'Z' ? line[i] + 32 : line[i]);
    if (same) {
      const std::string_view value = line.substr(name.size());
      return value.substr(std::min(value.find_first_not_of(' '), value.size()));
    }
    at += 2 + line.size();
  }
  return {};
}

}  // namespace

/// All answers are late by the same time, so that they are due in the order they were asked for.
struct Server::Delayed {
  struct Entry {
    Clock::time_point due;
    int descriptor;
    std::uint64_t connection;  // a descriptor may be another client's by then
    Answer answer;
  };
  std::deque<Entry> entries;
  std::uint64_t connections = 0;
};

Server::Server(const ServerOptions& options)
    : options_(options),
      content_(options.commits, options.cap),
      tls_(make_tls(options)),
      delayed_(std::make_unique<Delayed>()) {
  if (!options.verify_key.empty()) verifier_.emplace(options.verify_key);
  listener_ = checked(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
  const int on = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(options.port));
  socklen_t size = sizeof address;
  checked(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), "bind");
  checked(listen(listener_, 512), "listen");
  checked(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  port_ = ntohs(address.sin_port);
  base_ = (tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_);
  epoll_ = checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  timer_ = checked(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC), "timerfd_create");
  for (const int descriptor : {listener_, timer_}) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = descriptor}};
    checked(epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event), "epoll_ctl");
  }
}

Server::~Server() {
  for (const int descriptor : {listener_, epoll_, timer_})
    if (descriptor >= 0) close(descriptor);
}

void Server::run(int stop) {
  epoll_event event{.events = EPOLLIN, .data = {.fd = stop}};
  checked(epoll_ctl(epoll_, EPOLL_CTL_ADD, stop, &event), "epoll_ctl");
  std::array<epoll_event, 128> events;
  for (;;) {
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
      if (descriptor == stop) return;
      if (descriptor == listener_)
        accept_all();
      else if (descriptor == timer_)
        send_due();
      else
        serve(descriptor, events[static_cast<std::size_t>(i)].events);
    }
  }
}

void Server::accept_all() {
  for (;;) {
    const int descriptor = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) return;
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{.events = EPOLLIN, .data = {.fd = descriptor}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
    connections_[descriptor] =
        std::make_unique<Connection>(descriptor, ++delayed_->connections, tls_.get());
  }
}

void Server::serve(int descriptor, unsigned events) {
  const auto found = connections_.find(descriptor);
  if (found == connections_.end()) return;
  Connection& connection = *found->second;
  bool alive = true;
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
    alive = connection.receive();
    for (auto request = connection.next_request(); !request.empty();
         request = connection.next_request())
      submit(connection, answer(request));
  }
  if (!alive || !connection.flush()) {
    connections_.erase(found);  // closes it, which takes it out of epoll
    return;
  }
  if (connection.wants_to_write() == connection.watches_writing) return;
  connection.watches_writing = connection.wants_to_write();
  const unsigned wanted = connection.watches_writing ? EPOLLIN | EPOLLOUT : EPOLLIN;
  epoll_event event{.events = wanted, .data = {.fd = descriptor}};
  epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &event);
}

Answer Server::answer(std::string_view request) {
  if (!request.starts_with("GET ")) return plain_answer("405 Method Not Allowed", "{}");
  const std::string_view target = request.substr(4, request.find(' ', 4) - 4);
  const std::string_view authorization = header_of(request, "authorization:");
  const bool signed_request = authorization.starts_with("OAuth ") &&
                              authorization.find("oauth_signature=\"") != std::string_view::npos;
  const bool bearer = authorization.starts_with("Bearer ");
  const bool look = signed_request && verifier_ &&
                    requests_++ % static_cast<std::size_t>(options_.verify_every) == 0;
  if (!(signed_request || bearer) || (look && !verifier_->accepts(base_, target, authorization)))
    return plain_answer("401 Unauthorized",
                        R"({"errors":[{"context":null,"message":"The signature is not good.",)"
                        R"("exceptionName":"oauth.bench.SignatureInvalid"}]})");
  Answer plain = content_.answer(target);
  if (!options_.compress ||
      header_of(request, "accept-encoding:").find("gzip") == std::string_view::npos)
    return plain;
  return compressed_.answer(target, plain);
}

void Server::submit(Connection& connection, Answer answer) {
  if (options_.latency.count() == 0) return connection.queue(std::move(answer));
  const bool first = delayed_->entries.empty();
  delayed_->entries.push_back({Clock::now() + options_.latency, connection.descriptor(),
                               connection.id(), std::move(answer)});
  if (first) arm_timer();
}

void Server::arm_timer() const {
  if (delayed_->entries.empty()) return;
  // The steady clock is CLOCK_MONOTONIC here.
  const auto due = delayed_->entries.front().due.time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(due);
  itimerspec at{};
  at.it_value.tv_sec = seconds.count();
  at.it_value.tv_nsec = std::chrono::nanoseconds(due - seconds).count();
  timerfd_settime(timer_, TFD_TIMER_ABSTIME, &at, nullptr);
}

void Server::send_due() {
  std::uint64_t expirations = 0;
  if (read(timer_, &expirations, sizeof expirations) < 0 && errno != EAGAIN)
    throw std::runtime_error("the timer cannot be read");
  auto& entries = delayed_->entries;
  const auto now = Clock::now();
  while (!entries.empty() && entries.front().due <= now) {
    Delayed::Entry entry = std::move(entries.front());
    entries.pop_front();
    const auto found = connections_.find(entry.descriptor);
    if (found == connections_.end() || found->second->id() != entry.connection) continue;
    found->second->queue(std::move(entry.answer));
    serve(entry.descriptor, EPOLLOUT);
  }
  arm_timer();
}

}  // namespace benchmarks
