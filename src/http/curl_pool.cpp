#include <sys/ioctl.h>

#if defined(__linux__)
#include <linux/sockios.h>
#endif

#include <algorithm>
#include <iterator>
#include <utility>

#include "http/curl_handles.hpp"
#include "http/sigpipe_guard.hpp"

namespace bitbucket::inline v0_1::http {
namespace {

[[noreturn]] void no_memory() {
  throw TransportError(TransportError::Kind::other, "libcurl could not allocate a handle", false);
}

}  // namespace

bool has_unacknowledged_bytes(curl_socket_t socket) noexcept {
#if defined(SIOCOUTQ)
  int bytes = 0;
  return ::ioctl(socket, SIOCOUTQ, &bytes) == 0 && bytes > 0;
#else
  static_cast<void>(socket);
  return false;
#endif
}

Channel::Channel(const ConnectionOptions& options, CURLSH* share, std::uint64_t whose,
                 pid_t process)
    : account(whose), owner(process), options_(options), share_(share), multi_(curl_multi_init()) {
  if (!multi_) no_memory();
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
}

Channel::~Channel() {
  const SigpipeGuard guard;  // closing a TLS connection writes
  for (CURL* easy : idle_) curl_easy_cleanup(easy);
  if (multi_) curl_multi_cleanup(multi_);
}

int Channel::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) noexcept try {
  SocketSet& sockets = static_cast<Channel*>(self)->sockets_;
  if (what == CURL_POLL_REMOVE)
    sockets.forget(socket);
  else
    sockets.watch(socket, static_cast<short>(((what & CURL_POLL_IN) != 0 ? POLLIN : 0) |
                                             ((what & CURL_POLL_OUT) != 0 ? POLLOUT : 0)));
  return 0;
} catch (const std::bad_alloc&) {
  return -1;
}

int Channel::on_timer(CURLM*, long milliseconds, void* self) noexcept {
  Deadline& timer = static_cast<Channel*>(self)->timer_;
  if (milliseconds == 0)
    timer = at_once;
  else if (milliseconds < 0)
    timer = Deadline::max();
  else
    timer = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  return 0;
}

CURLMcode Channel::act() noexcept try {
  const CURLMcode code = advance();
  just_polled_ = false;
  sockets_.clear_ready();
  return code;
} catch (const std::bad_alloc&) {
  return CURLM_OUT_OF_MEMORY;
}

CURLMcode Channel::advance() noexcept {
  int running = 0;
  for (const pollfd& entry : sockets_.ready()) {
    const int events = ((entry.revents & (POLLIN | POLLHUP)) != 0 ? CURL_CSELECT_IN : 0) |
                       ((entry.revents & POLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                       ((entry.revents & (POLLERR | POLLNVAL)) != 0 ? CURL_CSELECT_ERR : 0);
    const CURLMcode code = curl_multi_socket_action(multi_, entry.fd, events, &running);
    if (code != CURLM_OK) return code;
  }
  if (timer_ != at_once && std::chrono::steady_clock::now() < timer_) return CURLM_OK;
  timer_ = Deadline::max();  // a timer goes off once
  return curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
}

CURL* Channel::take() {
  if (!idle_.empty()) {
    CURL* const easy = idle_.back();
    idle_.pop_back();
    return easy;
  }
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> fresh(curl_easy_init(), &curl_easy_cleanup);
  if (!fresh) no_memory();
  set_connection(fresh.get(), options_);
  set(fresh.get(), CURLOPT_SHARE, share_);
  set(fresh.get(), CURLOPT_CLOSESOCKETFUNCTION, &close_socket);
  set(fresh.get(), CURLOPT_CLOSESOCKETDATA, this);
  return fresh.release();
}

CURLU* Channel::parsed(std::string_view site) {
  if (site_.empty()) {
    site_ = site;
    parsed_.reset(curl_url());
    if (parsed_ && curl_url_set(parsed_.get(), CURLUPART_URL, site_.c_str(),
                                CURLU_DISALLOW_USER | CURLU_PATH_AS_IS) != CURLUE_OK)
      parsed_.reset();
  }
  return site == site_ ? parsed_.get() : nullptr;
}

void Channel::rest(CURL* easy) noexcept {
  if (options_.max_idle <= std::chrono::milliseconds(0)) return;  // never used again
  curl_socket_t socket = CURL_SOCKET_BAD;
  long port = 0, version = 0;
  curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &socket);
  curl_easy_getinfo(easy, CURLINFO_LOCAL_PORT, &port);
  curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
  // On an HTTP/2 connection, frames may arrive at any time.
  if (socket == CURL_SOCKET_BAD || version >= CURL_HTTP_VERSION_2_0) return;
  // A libcurl without CURLOPT_PREREQFUNCTION never calls claim(), which takes it from the list.
  if (std::find(ports_.begin(), ports_.end(), port) != ports_.end()) return;
  try {
    ports_.reserve(ports_.size() + 1);
    quiet_.push_back({socket, POLLIN, 0});
    ports_.push_back(port);
  } catch (const std::bad_alloc&) {  // nobody will claim it
  }
}

void Channel::keep(CURL* easy, bool again) noexcept {
  curl_multi_remove_handle(multi_, easy);
  // Both belong to the transfer, which ends.
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, nullptr);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, nullptr);
  try {
    idle_.reserve(idle_.size() + 1);
  } catch (const std::bad_alloc&) {
    again = false;
  }
  if (again)
    idle_.push_back(easy);
  else
    curl_easy_cleanup(easy);
}

void Channel::discard(CURL* easy) noexcept {
  if (!multi_) return;  // abandoned
  const SigpipeGuard guard;
  curl_multi_remove_handle(multi_, easy);
  curl_easy_cleanup(easy);
}

bool Channel::is_quiet() noexcept {
  just_polled_ = quiet_.empty() || ::poll(quiet_.data(), quiet_.size(), 0) == 0;
  return just_polled_;
}

std::optional<curl_socket_t> Channel::claim(long port) noexcept {
  const auto found = std::find(ports_.begin(), ports_.end(), port);
  if (found == ports_.end()) {
    // Transfers of HTTP/2 share a connection, which does not rest.
    if (options_.http_version == HttpVersion::v2) return CURL_SOCKET_BAD;
    return std::nullopt;
  }
  const auto at = static_cast<std::size_t>(found - ports_.begin());
  pollfd entry = quiet_[at];
  forget(at);
  if (!just_polled_ && ::poll(&entry, 1, 0) != 0) return std::nullopt;
  return entry.fd;
}

int Channel::close_socket(void* self, curl_socket_t socket) noexcept {
  auto& quiet = static_cast<Channel*>(self)->quiet_;
  const auto found = std::find_if(quiet.begin(), quiet.end(),
                                  [&](const pollfd& entry) { return entry.fd == socket; });
  if (found != quiet.end())
    static_cast<Channel*>(self)->forget(static_cast<std::size_t>(found - quiet.begin()));
  return ::close(socket);
}

void Channel::forget(std::size_t connection) noexcept {
  quiet_.erase(quiet_.begin() + static_cast<std::ptrdiff_t>(connection));
  ports_.erase(ports_.begin() + static_cast<std::ptrdiff_t>(connection));
}

void Channel::abandon() noexcept {
  multi_ = nullptr;
  idle_.clear();
}

Pool::Pool(const ConnectionOptions& connection) : options(connection), share_(curl_share_init()) {
  if (!share_) no_memory();
  curl_share_setopt(share_, CURLSHOPT_LOCKFUNC, &lock);
  curl_share_setopt(share_, CURLSHOPT_UNLOCKFUNC, &unlock);
  curl_share_setopt(share_, CURLSHOPT_USERDATA, this);
  curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
}

Pool::~Pool() {
  const bool ours = owner_ == getpid();
  abandon_after_fork();
  idle_.clear();
  if (ours) curl_share_cleanup(share_);  // a child only forgets the handles that use it
}

void Pool::lock(CURL*, curl_lock_data data, curl_lock_access, void* self) noexcept {
  static_cast<Pool*>(self)->share_mutexes_[data].lock();
}

void Pool::unlock(CURL*, curl_lock_data data, void* self) noexcept {
  static_cast<Pool*>(self)->share_mutexes_[data].unlock();
}

std::shared_ptr<Channel> Pool::take(std::uint64_t account) {
  std::unique_ptr<Channel> channel;
  std::vector<Idle> expired;  // closed outside the lock
  {
    const std::scoped_lock lock(mutex_);
    abandon_after_fork();
    evict(std::chrono::steady_clock::now(), expired);
    channel = find(account, expired);
  }
  if (channel && !expired.empty()) channel->poll_again();  // to close them may take long
  expired.clear();
  if (!channel) channel = std::make_unique<Channel>(options, share_, account, owner_);
  return {channel.release(), [pool = shared_from_this()](Channel* used) {
            pool->give_back(std::unique_ptr<Channel>(used));
          }};
}

std::unique_ptr<Channel> Pool::find(std::uint64_t account, std::vector<Idle>& expired) {
  for (std::size_t at = idle_.size(); at-- > 0;) {
    if (idle_[at].channel->account != account) continue;
    Idle found = std::move(idle_[at]);
    idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(at));
    if (found.channel->is_quiet()) return std::move(found.channel);
    expired.push_back(std::move(found));
  }
  if (idle_.size() >= plenty) {
    expired.push_back(std::move(idle_.front()));
    idle_.erase(idle_.begin());
  }
  return nullptr;
}

void Pool::give_back(std::unique_ptr<Channel> channel) noexcept {
  if (!channel->sound || !channel->multi() || options.max_idle <= std::chrono::milliseconds(0))
    return;
  std::vector<Idle> expired;  // closed outside the lock
  try {
    const auto now = std::chrono::steady_clock::now();
    const std::scoped_lock lock(mutex_);
    idle_.push_back({now, std::move(channel)});
    evict(now, expired);
  } catch (const std::bad_alloc&) {  // the channel is closed instead
  }
}

void Pool::evict(std::chrono::steady_clock::time_point now, std::vector<Idle>& expired) {
  const auto oldest = now - options.max_idle;
  auto fresh = std::find_if(idle_.begin(), idle_.end(),
                            [&](const Idle& idle) { return idle.since >= oldest; });
  std::move(idle_.begin(), fresh, std::back_inserter(expired));
  idle_.erase(idle_.begin(), fresh);
}

void Pool::abandon_after_fork() noexcept {
  if (owner_ == getpid()) return;
  for (const Idle& idle : idle_) idle.channel->abandon();
  idle_.clear();
  owner_ = getpid();
}

}  // namespace bitbucket::inline v0_1::http
