#include "load_server/connection.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace benchmarks {
namespace {

constexpr long later = 0, gone = -1;

/// Returns what remains of the three parts once `written` bytes are out.
std::array<std::string_view, 3> rest_of(const Answer& answer, std::size_t written) {
  std::array<std::string_view, 3> parts{answer.head, answer.body, answer.tail};
  for (auto& part : parts) {
    const std::size_t n = std::min(written, part.size());
    part.remove_prefix(n);
    written -= n;
  }
  return parts;
}

}  // namespace

Connection::Connection(int descriptor, std::uint64_t id, ssl_ctx_st* tls)
    : descriptor_(descriptor), id_(id), tls_(tls ? SSL_new(tls) : nullptr, &SSL_free) {
  if (!tls_) return;
  SSL_set_fd(tls_.get(), descriptor_);
  SSL_set_accept_state(tls_.get());
}

Connection::~Connection() { close(descriptor_); }

long Connection::read_some(char* to, std::size_t size) {
  if (!tls_) {
    const ssize_t n = recv(descriptor_, to, size, 0);
    if (n > 0) return n;
    return n < 0 && (errno == EAGAIN || errno == EINTR) ? later : gone;
  }
  ERR_clear_error();
  const int n = SSL_read(tls_.get(), to, static_cast<int>(size));
  if (n > 0) return n;
  const int error = SSL_get_error(tls_.get(), n);
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? later : gone;
}

bool Connection::receive() {
  in_.erase(0, taken_);
  taken_ = 0;
  std::array<char, 16384> buffer;
  for (;;) {
    const long n = read_some(buffer.data(), buffer.size());
    if (n == gone) return false;
    if (n == later) return true;
    in_.append(buffer.data(), static_cast<std::size_t>(n));
    if (!tls_ && static_cast<std::size_t>(n) < buffer.size()) return true;
  }
}

std::string_view Connection::next_request() {
  const std::size_t end = in_.find("\r\n\r\n", taken_);
  if (end == std::string::npos) return {};
  const std::string_view out = std::string_view(in_).substr(taken_, end + 2 - taken_);
  taken_ = end + 4;
  return out;
}

long Connection::write_some(const Answer& answer) {
  const auto parts = rest_of(answer, written_);
  if (!tls_) {
    std::array<iovec, 3> vectors{};
    for (std::size_t i = 0; i < parts.size(); ++i)
      vectors[i] = {const_cast<char*>(parts[i].data()), parts[i].size()};
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = vectors.size();
    const ssize_t n = sendmsg(descriptor_, &message, MSG_NOSIGNAL);
    if (n >= 0) return n;
    return errno == EAGAIN || errno == EINTR ? later : gone;
  }
  const auto part = std::find_if(parts.begin(), parts.end(), [](auto p) { return !p.empty(); });
  ERR_clear_error();
  const int n = SSL_write(tls_.get(), part->data(), static_cast<int>(part->size()));
  if (n > 0) return n;
  const int error = SSL_get_error(tls_.get(), n);
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? later : gone;
}

bool Connection::flush() {
  while (!out_.empty()) {
    const Answer& first = out_.front();
    const long n = write_some(first);
    if (n == gone) return false;
    if (n == later) return true;
    written_ += static_cast<std::size_t>(n);
    if (written_ == first.head.size() + first.body.size() + first.tail.size()) {
      out_.pop_front();
      written_ = 0;
    }
  }
  return true;
}

}  // namespace benchmarks
