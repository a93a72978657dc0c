#include "http/socket_set.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>

#include <bitbucket/error.hpp>

namespace bitbucket::inline v0_1::http {
namespace {

int poll_all(std::span<pollfd> entries, std::chrono::milliseconds time) noexcept {
  const auto left = std::clamp<std::int64_t>(time.count(), 0, INT_MAX);
  return ::poll(entries.data(), static_cast<nfds_t>(entries.size()), static_cast<int>(left));
}

}  // namespace

SocketSet::SocketSet() {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0)
    throw TransportError(TransportError::Kind::other, "no file descriptor is left for a connection",
                         false);
  for (const int end : ends) {
    ::fcntl(end, F_SETFD, FD_CLOEXEC);
    ::fcntl(end, F_SETFL, O_NONBLOCK);
  }
  waker_ = ends[1];
  entries_.push_back({ends[0], POLLIN, 0});
}

SocketSet::~SocketSet() {
  ::close(entries_.front().fd);
  ::close(waker_);
}

std::size_t SocketSet::add(int socket, short events) {
  entries_.push_back({socket, events, 0});
  return entries_.size() - 2;
}

int SocketSet::remove(std::size_t place) noexcept {
  const bool last = place + 2 == entries_.size();
  entries_[place + 1] = entries_.back();
  entries_.pop_back();
  return last ? -1 : entries_[place + 1].fd;
}

void SocketSet::wait(std::span<SocketSet* const> sets, std::chrono::milliseconds time) {
  if (sets.size() == 1) {
    std::vector<pollfd>& entries = sets.front()->entries_;
    if (poll_all(entries, time) <= 0) sets.front()->forget_events();
  } else {
    std::vector<pollfd> all;
    for (const SocketSet* set : sets)
      all.insert(all.end(), set->entries_.begin(), set->entries_.end());
    const bool ready = poll_all(all, time) > 0;
    std::size_t at = 0;
    for (SocketSet* set : sets)
      for (pollfd& entry : set->entries_) entry.revents = ready ? all[at++].revents : short{0};
  }
  for (SocketSet* set : sets)
    if (set->entries_.front().revents != 0) set->drain();
}

void SocketSet::forget_events() noexcept {
  for (pollfd& entry : entries_) entry.revents = 0;
}

void SocketSet::wake() noexcept {
  const char byte = 0;
  // A full pipe wakes the thread as well.
  while (::write(waker_, &byte, 1) < 0 && errno == EINTR) {
  }
}

void SocketSet::drain() noexcept {
  std::array<char, 64> bytes;
  while (::read(entries_.front().fd, bytes.data(), bytes.size()) ==
         static_cast<ssize_t>(bytes.size())) {
  }
}

}  // namespace bitbucket::inline v0_1::http
