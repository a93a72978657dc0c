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

int as_int(std::chrono::milliseconds time) noexcept {
  return static_cast<int>(std::clamp<std::int64_t>(time.count(), 0, INT_MAX));
}

}  // namespace

#if defined(__linux__)

// epoll instead of poll: poll() removes itself from the wait queues of its sockets while the
// processor that woke it still holds their locks, which cost about 3 % of the time of a small call.
static_assert(POLLIN == EPOLLIN && POLLOUT == EPOLLOUT && POLLERR == EPOLLERR &&
              POLLHUP == EPOLLHUP);

namespace {

bool control(int epoll, int operation, int socket, std::uint32_t events) noexcept {
  epoll_event wanted{.events = events, .data = {.fd = socket}};
  return ::epoll_ctl(epoll, operation, socket, &wanted) == 0;
}

/// Each event is reported once.  libcurl reports some sockets only after it has closed them, so the
/// set never removes one: a socket that nobody watches any more reports at most one event.
constexpr std::uint32_t once(short events) noexcept {
  return static_cast<std::uint32_t>(events) | EPOLLONESHOT;
}

}  // namespace

SocketSet::SocketSet() : pipe_(make_pipe()), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ >= 0 && control(epoll_, EPOLL_CTL_ADD, pipe_[0], POLLIN)) return;
  if (epoll_ >= 0) ::close(epoll_);
  for (const int end : pipe_) ::close(end);
  no_descriptors();
}

SocketSet::~SocketSet() {
  ::close(epoll_);
  for (const int end : pipe_) ::close(end);
}

void SocketSet::arm(int socket, short events) {
  if (control(epoll_, EPOLL_CTL_MOD, socket, once(events))) return;
  // A new socket.  A closed one has left the set, and another may have its number.
  if (!control(epoll_, EPOLL_CTL_ADD, socket, once(events))) throw std::bad_alloc();
}

void SocketSet::watch(int socket, short events) {
  watched_.insert_or_assign(socket, events);
  arm(socket, events);
}

void SocketSet::clear_ready() {
  for (const pollfd& entry : ready_)
    if (const short events = watched_[entry.fd]; events != 0) arm(entry.fd, events);
  ready_.clear();
}

void SocketSet::take_ready_of(int milliseconds) {
  std::array<epoll_event, 64> events;
  std::size_t found = 0;
  do {
    const int result = ::epoll_wait(epoll_, events.data(), events.size(), milliseconds);
    found = static_cast<std::size_t>(std::max(result, 0));
    for (std::size_t i = 0; i < found; ++i)
      take_ready(events[i].data.fd, static_cast<short>(events[i].events));
    milliseconds = 0;
  } while (found == events.size());
}

void SocketSet::wait(std::span<SocketSet* const> sets, std::chrono::milliseconds time) {
  for (SocketSet* set : sets) {
    if (!set->ready_.empty()) time = {};  // they have not been dealt with yet
    // One-shot events are not reported again, so there must be memory before they are fetched.
    set->ready_.reserve(set->ready_.size() + set->watched_.size());
  }
  if (sets.size() == 1) return sets.front()->take_ready_of(as_int(time));
  std::vector<pollfd> all;
  for (const SocketSet* set : sets) all.push_back({set->epoll_, POLLIN, 0});
  if (::poll(all.data(), all.size(), as_int(time)) <= 0) return;
  for (std::size_t i = 0; i < sets.size(); ++i)
    if (all[i].revents != 0) sets[i]->take_ready_of(0);
}

#else

SocketSet::SocketSet() : pipe_(make_pipe()) {}

SocketSet::~SocketSet() {
  for (const int end : pipe_) ::close(end);
}

void SocketSet::watch(int socket, short events) { watched_.insert_or_assign(socket, events); }

void SocketSet::clear_ready() { ready_.clear(); }

void SocketSet::wait(std::span<SocketSet* const> sets, std::chrono::milliseconds time) {
  std::vector<pollfd> all;
  for (SocketSet* set : sets) {
    set->ready_.clear();  // poll() reports them again
    all.push_back({set->pipe_[0], POLLIN, 0});
    for (const auto& [socket, events] : set->watched_)
      if (events != 0) all.push_back({socket, events, 0});
  }
  if (::poll(all.data(), static_cast<nfds_t>(all.size()), as_int(time)) <= 0) return;
  std::size_t next_set = 0;
  SocketSet* set = nullptr;
  for (const pollfd& entry : all) {
    if (next_set < sets.size() && entry.fd == sets[next_set]->pipe_[0]) set = sets[next_set++];
    if (entry.revents != 0) set->take_ready(entry.fd, entry.revents);
  }
}

#endif

void SocketSet::forget(int socket) noexcept {
  if (const auto found = watched_.find(socket); found != watched_.end()) found->second = 0;
}

void SocketSet::take_ready(int socket, short events) {
  if (socket == pipe_[0])
    drain();
  else if (const auto found = watched_.find(socket); found != watched_.end() && found->second != 0)
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
