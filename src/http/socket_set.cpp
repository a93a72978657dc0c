#include "http/socket_set.hpp"

#include <fcntl.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/epoll.h>
#endif

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <new>

#include <bitbucket/error.hpp>

namespace bitbucket::inline v0_1::http {
namespace {

[[noreturn]] void no_descriptors() {
  throw TransportError(TransportError::Kind::other, "no file descriptor is left for a connection",
                       false);
}

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) no_descriptors();
  for (const int end : ends) {
    ::fcntl(end, F_SETFD, FD_CLOEXEC);
    ::fcntl(end, F_SETFL, O_NONBLOCK);
  }
  return ends;
}

void close_pipe(const std::array<int, 2>& ends) noexcept {
  for (const int end : ends) ::close(end);
}

int as_int(std::chrono::milliseconds time) noexcept {
  return static_cast<int>(std::clamp<std::int64_t>(time.count(), 0, INT_MAX));
}

}  // namespace

#if defined(__linux__)

// Uses epoll, because poll() removes itself from the wait queue of each socket while the processor
// that woke it still holds the locks of those queues.  That cost 2 to 3 % of a small call.
static_assert(POLLIN == EPOLLIN && POLLOUT == EPOLLOUT && POLLERR == EPOLLERR &&
              POLLHUP == EPOLLHUP);

SocketSet::SocketSet() : pipe_(make_pipe()), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  try {
    if (epoll_ < 0) no_descriptors();
    watch(pipe_[0], POLLIN);
  } catch (...) {
    if (epoll_ >= 0) ::close(epoll_);
    close_pipe(pipe_);
    throw;
  }
}

SocketSet::~SocketSet() {
  ::close(epoll_);
  close_pipe(pipe_);
}

void SocketSet::watch(int socket, short events) {
  epoll_event wanted{.events = static_cast<std::uint32_t>(events), .data = {.fd = socket}};
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &wanted) == 0) return;
  if (errno != EEXIST || ::epoll_ctl(epoll_, EPOLL_CTL_MOD, socket, &wanted) != 0)
    throw std::bad_alloc();
}

void SocketSet::forget(int socket) noexcept { ::epoll_ctl(epoll_, EPOLL_CTL_DEL, socket, nullptr); }

void SocketSet::take_ready_of(int milliseconds) {
  std::array<epoll_event, 128> events;  // what does not fit is found by the next wait
  const int found = ::epoll_wait(epoll_, events.data(), events.size(), milliseconds);
  if (found < 0 && errno != EINTR)  // somebody closed the descriptor: do not wait again at once
    throw TransportError(TransportError::Kind::other, "the wait for a connection failed", true);
  for (int i = 0; i < found; ++i)
    take_ready(events[i].data.fd, static_cast<short>(events[i].events));
}

void SocketSet::wait(std::span<SocketSet* const> sets, std::chrono::milliseconds time) {
  if (sets.size() == 1) return sets.front()->take_ready_of(as_int(time));
  std::vector<pollfd> all;
  for (const SocketSet* set : sets) all.push_back({set->epoll_, POLLIN, 0});
  if (::poll(all.data(), all.size(), as_int(time)) <= 0) return;
  for (std::size_t i = 0; i < sets.size(); ++i)
    if (all[i].revents != 0) sets[i]->take_ready_of(0);
}

#else

SocketSet::SocketSet() : pipe_(make_pipe()) { watch(pipe_[0], POLLIN); }

SocketSet::~SocketSet() { close_pipe(pipe_); }

void SocketSet::watch(int socket, short events) {
  forget(socket);
  watched_.push_back({socket, events, 0});
}

void SocketSet::forget(int socket) noexcept {
  std::erase_if(watched_, [socket](const pollfd& entry) { return entry.fd == socket; });
}

void SocketSet::wait(std::span<SocketSet* const> sets, std::chrono::milliseconds time) {
  std::vector<pollfd> all;
  for (const SocketSet* set : sets)
    all.insert(all.end(), set->watched_.begin(), set->watched_.end());
  if (::poll(all.data(), static_cast<nfds_t>(all.size()), as_int(time)) <= 0) return;
  std::size_t at = 0;
  for (SocketSet* set : sets)
    for (std::size_t n = set->watched_.size(); n > 0; --n, ++at)
      if (all[at].revents != 0) set->take_ready(all[at].fd, all[at].revents);
}

#endif

void SocketSet::take_ready(int socket, short events) {
  if (socket == pipe_[0])
    drain();
  else
    ready_.push_back({socket, 0, events});
}

void SocketSet::wake() noexcept {
  const char byte = 0;
  // A full pipe wakes the thread as well.
  while (::write(pipe_[1], &byte, 1) < 0 && errno == EINTR) {
  }
}

void SocketSet::drain() noexcept {
  std::array<char, 64> bytes;
  while (::read(pipe_[0], bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size())) {
  }
}

}  // namespace bitbucket::inline v0_1::http
