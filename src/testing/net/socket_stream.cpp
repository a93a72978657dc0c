#include "testing/net/socket_stream.hpp"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

constexpr std::size_t input_size = 64u << 10;
constexpr std::size_t output_size = 64u << 10;
constexpr std::size_t max_head = 256u << 10;
constexpr std::size_t max_line = 8u << 10;  // between the chunks of a body
constexpr std::chrono::seconds head_time(20);
constexpr std::chrono::seconds patience_time(60);  // with a peer that stops in the middle of a body
constexpr std::chrono::microseconds time_per_byte(100);

bool wait(int socket, short events, std::chrono::milliseconds timeout) {
  pollfd entry{socket, events, 0};
  int ready = 0;
  do {
    ready = ::poll(&entry, 1, static_cast<int>(timeout.count()));
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

}  // namespace

bool SocketStream::wait_for_request(std::chrono::milliseconds timeout) {
  head_.clear();
  recording_ = true;
  extended_by_bytes_ = false;
  const bool came = position_ < input_.size() || fill(timeout);
  deadline_ = Clock::now() + head_time;
  return came;
}

std::string SocketStream::take_head() {
  recording_ = false;
  deadline_ = Clock::now() + patience_time;
  extended_by_bytes_ = true;
  return std::move(head_);
}

void SocketStream::read_at_most(std::chrono::milliseconds time) {
  deadline_ = Clock::now() + time;
  extended_by_bytes_ = false;
}

std::chrono::milliseconds SocketStream::patience() const {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now());
  return std::clamp<std::chrono::milliseconds>(left, {}, patience_time);
}

bool SocketStream::fill(std::chrono::milliseconds timeout) {
  if (!flush() || !wait(socket_, POLLIN, timeout)) return false;
  input_.resize(input_size);
  position_ = 0;
  ssize_t got = 0;
  do {
    got = ::recv(socket_, input_.data(), input_.size(), 0);
  } while (got < 0 && errno == EINTR);
  input_.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  if (extended_by_bytes_) deadline_ += input_.size() * time_per_byte;
  return got > 0;
}

bool SocketStream::is_readable() const {
  return position_ < input_.size() || wait(socket_, POLLIN, patience());
}

bool SocketStream::is_writable() const { return !broken_ && wait(socket_, POLLOUT, patience_time); }

ssize_t SocketStream::read(char* data, std::size_t size) {
  // The library reads lines byte by byte, and keeps them however long they are.
  if (recording_ ? head_.size() > max_head : line_ > max_line) return -1;
  if (position_ == input_.size() && !fill(patience())) return -1;
  const std::size_t count = std::min(size, input_.size() - position_);
  std::memcpy(data, input_.data() + position_, count);
  line_ = size == 1 && *data != '\n' ? line_ + 1 : 0;
  if (recording_) head_.append(input_, position_, count);
  position_ += count;
  return static_cast<ssize_t>(count);
}

ssize_t SocketStream::write(const char* data, std::size_t size) {
  if (broken_) return -1;
  output_.append(data, size);
  if (!holding_ && output_.size() >= output_size && !flush()) return -1;
  return static_cast<ssize_t>(size);
}

bool SocketStream::flush() {
  const bool sent = send(output_);
  output_.clear();
  return sent;
}

std::string SocketStream::take_held() {
  holding_ = false;
  return std::exchange(output_, {});
}

bool SocketStream::send(std::string_view bytes) {
  while (!broken_ && !bytes.empty()) {
    const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      broken_ = !wait(socket_, POLLOUT, patience_time);
    } else if (errno != EINTR) {
      broken_ = true;
    }
  }
  return !broken_;
}

bool SocketStream::wait_until_gone(std::chrono::milliseconds timeout) const {
  // Not POLLIN: requests that were sent ahead must not wake us over and over.
  return wait(socket_, POLLRDHUP, timeout);
}

void SocketStream::reset_on_close() {
  // A reset takes with it what is still on its way.
  int under_way = 0;
  while (::ioctl(socket_, SIOCOUTQ, &under_way) == 0 && under_way > 0 &&
         !wait_until_gone(std::chrono::milliseconds(1))) {
  }
  const linger hard{.l_onoff = 1, .l_linger = 0};
  resets_ = ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard) == 0;
}

// Nobody asks: the server logs no addresses.
void SocketStream::get_remote_ip_and_port(std::string& ip, int& port) const {
  ip.clear();
  port = 0;
}

void SocketStream::get_local_ip_and_port(std::string& ip, int& port) const {
  ip.clear();
  port = 0;
}

}  // namespace bitbucket::inline v0_1::testing::embedded
