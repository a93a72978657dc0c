#pragma once

// The only file that includes libcurl's header.
#include <curl/curl.h>
#include <poll.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/connection.hpp>
#include <bitbucket/error.hpp>

#include "http/socket_set.hpp"

// The handles and connections that transfers borrow, and the meaning of libcurl's errors.
namespace bitbucket::inline v0_1::http {

/// Sets one option.  Throws TransportError when libcurl refuses it.
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
/// Sets the options that are the same for every transfer.
void set_connection(CURL* easy, const ConnectionOptions& options);
/// Sets the proxy for a URL.  Returns true when there is one between us and the server.
bool set_proxy(CURL* easy, const ProxyOptions& proxy, std::string_view url);

/// A multi handle with its connections, and easy handles for the transfers on it.  One thread at a
/// time drives all its transfers; other threads only wake that one.
class Channel {
 public:
  /// The handles use what `share` keeps for all channels.
  Channel(const ConnectionOptions& options, CURLSH* share, std::uint64_t account, pid_t owner);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel();

  /// Returns the URL of a site ("https://git.example.com:8443") as libcurl parses it, if it is the
  /// site of the first request on this channel; null otherwise, and when libcurl refuses it.
  [[nodiscard]] CURLU* parsed(std::string_view site);

  [[nodiscard]] CURLM* multi() const noexcept { return multi_; }
  /// Returns the sockets of its transfers, for which a thread waits before it calls act().
  [[nodiscard]] SocketSet& sockets() noexcept { return sockets_; }
  /// Returns when libcurl wants to act although no socket is ready.
  [[nodiscard]] Deadline timer() const noexcept { return timer_; }
  /// Advances the transfers whose sockets were ready in the last wait, or whose timer is due.
  CURLMcode act() noexcept;
  /// Returns a handle for a transfer.
  CURL* take();
  /// Takes back the handle of a transfer that ended well; `again` says that another transfer may
  /// use it.
  void keep(CURL* easy, bool again) noexcept;
  /// Ends a transfer that did not end well, and closes its connection.
  void discard(CURL* easy) noexcept;

  /// Notes that the connection of a finished transfer is idle.
  void rest(CURL* easy) noexcept;
  /// Returns whether its idle connections can be used.  Input on an idle connection means that it
  /// was closed, or that bytes follow an answer, which would be taken for the next answer.
  [[nodiscard]] bool is_quiet() noexcept;
  /// Makes claim() poll, because time has passed since is_quiet() did.
  void poll_again() noexcept { just_polled_ = false; }
  /// Returns the socket of the idle connection with this local port, which a transfer is about to
  /// use; nothing when it cannot be used.  Returns CURL_SOCKET_BAD for an HTTP/2 connection, which
  /// transfers share.
  [[nodiscard]] std::optional<curl_socket_t> claim(long port) noexcept;

  /// Forgets the handles: after a fork their connections are the parent's, and a clean-up would
  /// talk to the server on them.
  void abandon() noexcept;

  const std::uint64_t account;  ///< the account whose requests its connections carry
  const pid_t owner;            ///< the process that may use them
  bool sound = true;            ///< no transfer on it has failed

 private:
  CURLMcode advance() noexcept;
  static int close_socket(void* self, curl_socket_t socket) noexcept;
  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) noexcept;
  static int on_timer(CURLM*, long milliseconds, void* self) noexcept;
  void forget(std::size_t connection) noexcept;

  const ConnectionOptions& options_;
  CURLSH* share_;
  std::string site_;  // of the first request, as libcurl has parsed it:
  std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed_{nullptr, &curl_url_cleanup};
  SocketSet sockets_;
  static constexpr Deadline at_once{};  // no need to look at the clock
  Deadline timer_ = Deadline::max();
  CURLM* multi_;
  std::vector<CURL*> idle_;
  std::vector<pollfd> quiet_;  // idle connections
  std::vector<long> ports_;    // and their local ports
  bool just_polled_ = false;   // is_quiet() has looked at them since the last act()
};

/// Keeps idle channels, of which it hands out the one used last, and what all channels share: TLS
/// sessions and resolved names.  Thread-safe.
class Pool : public std::enable_shared_from_this<Pool> {
 public:
  explicit Pool(const ConnectionOptions& connection);
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool();

  /// Returns a channel for this account.  The channel returns to the pool when its last transfer
  /// releases it.
  std::shared_ptr<Channel> take(std::uint64_t account);

  const ConnectionOptions options;

 private:
  struct Idle {
    std::chrono::steady_clock::time_point since;
    std::unique_ptr<Channel> channel;
  };
  /// With this many idle channels, a new one replaces the one that was unused for the longest time.
  static constexpr std::size_t plenty = 128;

  std::unique_ptr<Channel> find(std::uint64_t account, std::vector<Idle>& expired);
  void give_back(std::unique_ptr<Channel> channel) noexcept;
  void evict(std::chrono::steady_clock::time_point now, std::vector<Idle>& expired);
  void abandon_after_fork() noexcept;
  static void lock(CURL*, curl_lock_data data, curl_lock_access, void* self) noexcept;
  static void unlock(CURL*, curl_lock_data data, void* self) noexcept;

  CURLSH* share_;
  std::array<std::mutex, CURL_LOCK_DATA_LAST> share_mutexes_;
  std::mutex mutex_;
  std::vector<Idle> idle_;  // the longest unused first
  pid_t owner_ = getpid();
};

/// Returns whether the peer has not yet acknowledged all bytes that were sent to it.
bool has_unacknowledged_bytes(curl_socket_t socket) noexcept;

constexpr std::size_t max_reserve = 4u << 20;  // for a body of which no byte has arrived

/// What is known about a transfer that failed.
struct FailedTransfer {
  CURLcode code = CURLE_OK;
  long proxy_status = 0;  ///< of the proxy's answer to CONNECT
  std::string_view url = {};
  std::string_view text = {};  ///< libcurl's
  bool proxied = false;        ///< there is a proxy before the server
  bool silent = false;         ///< no byte of an answer came on a new connection
};

struct Failure {
  TransportError::Kind kind = TransportError::Kind::other;
  bool never_sent = false;  // the request itself was not sent, whatever was written before it
  bool unread = false;      // the peer refused the request before reading it
  std::string advice = {};
};

/// Returns what an error of libcurl means to us.
Failure classify(const FailedTransfer& transfer);
/// Returns what a status means that the proxy, not the server, answered.
Failure classify_proxy_status(long status, std::string_view url);

/// Returns libcurl's text, or nothing when it may quote a proxy's URL with its password.
std::string_view quotable(std::string_view text) noexcept;

}  // namespace bitbucket::inline v0_1::http
