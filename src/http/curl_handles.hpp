#pragma once

// The only place where libcurl's header comes in; used by curl_*.cpp alone.
#include <curl/curl.h>
#include <poll.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <bitbucket/connection.hpp>
#include <bitbucket/error.hpp>

#include "http/sigpipe_guard.hpp"

// What transfers borrow: handles with their connections, and what libcurl's errors mean.
namespace bitbucket::inline v0_1::http {

/// Sets one option; what libcurl does not take is a TransportError.
template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(easy, option, value);
  if (code != CURLE_OK)
    throw TransportError(TransportError::Kind::other,
                         std::string("libcurl refuses an option: ") + curl_easy_strerror(code),
                         false);
}

/// Throws InvalidArgument when the options cannot work, whatever the server does.
void check_options(const ConnectionOptions& options);
void set_tls(CURL* easy, const TlsOptions& tls);
/// Returns true when the request itself goes to a proxy, which may then answer it.
bool set_proxy(CURL* easy, const ProxyOptions& proxy, std::string_view url);
void set_http_version(CURL* easy, HttpVersion version);

/// An easy handle in a multi handle of its own, which keeps its connection.  One thread at a time
/// drives it; others only wake it.
struct Channel {
  CURL* easy = curl_easy_init();
  CURLM* multi = curl_multi_init();
  std::chrono::steady_clock::time_point idle_since;
  curl_socket_t socket = CURL_SOCKET_BAD;  // of the kept connection

  Channel() {
    if (!easy || !multi) {
      destroy();
      throw TransportError(TransportError::Kind::other, "libcurl has no memory for a handle",
                           false);
    }
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel() { destroy(); }

  /// Whether the kept connection can be used again.  Input on an idle one is its end, or bytes
  /// behind an answer that would be taken for the next answer.
  [[nodiscard]] bool is_quiet() const noexcept {
    pollfd entry{socket, POLLIN, 0};
    return socket == CURL_SOCKET_BAD || ::poll(&entry, 1, 0) == 0;
  }

  /// Forgets the handles: after a fork their connection is the parent's, and a clean-up would talk
  /// to the server on it.
  void abandon() noexcept { easy = nullptr, multi = nullptr; }

 private:
  void destroy() noexcept {
    const SigpipeGuard guard;  // closing a TLS connection writes
    if (easy) curl_easy_cleanup(easy);
    if (multi) curl_multi_cleanup(multi);
  }
};

/// Idle channels, the one used last on top.  Thread-safe.
class Pool {
 public:
  explicit Pool(const ConnectionOptions& connection) : options(connection) {}
  ~Pool() { abandon_after_fork(); }

  std::unique_ptr<Channel> take() {
    std::unique_ptr<Channel> channel;
    std::vector<std::unique_ptr<Channel>> expired;  // closed outside the lock
    {
      const std::scoped_lock lock(mutex_);
      abandon_after_fork();
      evict(expired);
      while (!channel && !idle_.empty()) {
        auto& where = idle_.back()->is_quiet() ? channel : expired.emplace_back();
        where = std::move(idle_.back());
        idle_.pop_back();
      }
    }
    return channel ? std::move(channel) : std::make_unique<Channel>();
  }

  void give_back(std::unique_ptr<Channel> channel) {
    std::vector<std::unique_ptr<Channel>> expired;
    const std::scoped_lock lock(mutex_);
    channel->idle_since = std::chrono::steady_clock::now();
    idle_.push_back(std::move(channel));
    evict(expired);
  }

  const ConnectionOptions options;

 private:
  void evict(std::vector<std::unique_ptr<Channel>>& expired) {
    const auto oldest = std::chrono::steady_clock::now() - options.max_idle;
    auto fresh = std::find_if(idle_.begin(), idle_.end(),
                              [&](const auto& channel) { return channel->idle_since >= oldest; });
    std::move(idle_.begin(), fresh, std::back_inserter(expired));
    idle_.erase(idle_.begin(), fresh);
  }
  void abandon_after_fork() noexcept {
    if (owner_ == getpid()) return;
    for (auto& channel : idle_) channel->abandon();
    idle_.clear();
    owner_ = getpid();
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<Channel>> idle_;  // the longest unused first
  pid_t owner_ = getpid();
};

constexpr std::size_t max_reserve = 4u << 20;  // before a byte of the body is there

/// What is known of a transfer that failed.
struct FailedTransfer {
  CURLcode code = CURLE_OK;
  long proxy_status = 0;  ///< of the proxy's answer to CONNECT
  std::string_view url = {};
  std::string_view text = {};  ///< libcurl's
  bool silent = false;         ///< no byte of an answer came on a new connection
};

struct Failure {
  TransportError::Kind kind = TransportError::Kind::other;
  bool never_sent = false;  // whatever was written before it, the request itself was not
  bool unread = false;      // sent, and refused by a peer that had not read it
  std::string advice = {};
};

/// What an error of libcurl means to us.
Failure classify(const FailedTransfer& transfer);
/// What a proxy's answer means that is not the server's.
Failure classify_proxy_status(long status, std::string_view url);

/// Makes libcurl's text fit to be shown: it quotes certificates, which anybody may have written,
/// and proxy URLs with their passwords.  Empty when it may hold one of those.
std::string_view printable(char* text) noexcept;

}  // namespace bitbucket::inline v0_1::http
