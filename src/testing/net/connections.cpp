#include "testing/net/connections.hpp"

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace bitbucket::inline v0_1::testing::embedded {

std::size_t most_connections() {
  constexpr rlim_t least = 8, most = 512;
  rlimit descriptors{};
  if (::getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return least;
  return std::clamp(descriptors.rlim_cur / 4, least, most);
}

bool Connections::enter(int socket) {
  const std::scoped_lock lock(mutex_);
  all_[socket] = {.turn = ++turns_};
  return !stopping_;
}

void Connections::leave(int socket, bool reset) {
  const std::scoped_lock lock(mutex_);
  all_.erase(socket);
  if (!reset) ::shutdown(socket, SHUT_RDWR);
  ::close(socket);  // under the lock: the number may be somebody else's right after
}

bool Connections::wait_for_request(int socket) {
  const std::scoped_lock lock(mutex_);
  State& state = all_.at(socket);
  state.waiting = true;
  if (crowded_) make_room();
  return !state.closing;
}

bool Connections::start_request(int socket) {
  const std::scoped_lock lock(mutex_);
  State& state = all_.at(socket);
  state.waiting = false;
  return !state.closing;
}

void Connections::end_request(int socket) {
  const std::scoped_lock lock(mutex_);
  all_.at(socket).turn = ++turns_;
}

void Connections::set_crowded(bool crowded) {
  const std::scoped_lock lock(mutex_);
  crowded_ = crowded;
  if (crowded_) make_room();
}

void Connections::stop() {
  const std::scoped_lock lock(mutex_);
  stopping_ = true;
  for (const auto& [socket, state] : all_) ::shutdown(socket, SHUT_RDWR);
}

void Connections::make_room() {
  auto oldest = all_.end();
  for (auto entry = all_.begin(); entry != all_.end(); ++entry) {
    const State& state = entry->second;
    if (state.closing || !state.waiting) continue;
    if (oldest == all_.end() || state.turn < oldest->second.turn) oldest = entry;
  }
  if (oldest == all_.end()) return;
  oldest->second.closing = true;
  ::shutdown(oldest->first, SHUT_RDWR);
  crowded_ = false;
}

}  // namespace bitbucket::inline v0_1::testing::embedded
