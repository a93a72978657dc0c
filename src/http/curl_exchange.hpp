#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <bitbucket/error.hpp>

#include "http/answer_head.hpp"
#include "http/curl_handles.hpp"
#include "http/header_lines.hpp"

namespace bitbucket::inline v0_1::http {

/// One transfer of libcurl.
class CurlExchange final : public Exchange {
 public:
  /// Reuses `memory` for the body of the answer.
  CurlExchange(const ConnectionOptions& options, std::shared_ptr<Channel> channel, Request request,
               std::string memory);
  ~CurlExchange() override { abandon(); }

  /// Returns the channel, which transfers beside this one may use; none when this one is over.
  [[nodiscard]] const std::shared_ptr<Channel>& channel() const noexcept { return channel_; }

  /// True when wait() returns or throws at once.
  [[nodiscard]] bool is_ready() const noexcept { return done_ || cancelled_ || !channel_; }
  /// True when the process that forked this one has started the transfer.
  [[nodiscard]] bool is_parents() const noexcept { return channel_ && channel_->owner != getpid(); }
  /// Advances the transfers of the channel after a wait for their sockets.
  void act();

  Response wait(Deadline deadline, std::stop_token stop) override;
  void cancel() noexcept override;

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    http::set(easy_, option, value);
  }
  void check(CURLMcode code) const {
    if (code == CURLM_OK) return;
    channel_->sound = false;
    throw TransportError(TransportError::Kind::other, curl_multi_strerror(code),
                         may_have_been_sent());
  }

  void apply_options(const ConnectionOptions& options);
  void set_url();
  void start_afresh();
  Response finish();
  [[noreturn]] void fail(CURLcode code);
  [[noreturn]] void throw_too_large() const;
  [[noreturn]] void time_out(const std::string& what);
  [[nodiscard]] bool may_have_been_sent() const noexcept;

  void abandon() noexcept;
  [[noreturn]] void give_up() {
    const bool sent = may_have_been_sent();
    abandon();
    throw Cancelled(sent);
  }

  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self) noexcept {
    return static_cast<CurlExchange*>(self)->take_header({data, size}) ? size : 0;
  }
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) noexcept {
    return static_cast<CurlExchange*>(self)->take_body({data, size}) ? size : 0;
  }
  static int on_request(void* self, char*, char*, int, int local_port) noexcept;
  bool take_header(std::string_view line) noexcept;
  bool take_body(std::string_view bytes) noexcept;
  [[nodiscard]] bool began_too_early() noexcept;
  [[nodiscard]] bool is_endless() noexcept;
  [[nodiscard]] bool leaves_nothing_behind() const noexcept;
  [[nodiscard]] long status() const noexcept {
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    return status;
  }

  Request request_;
  char error_text_[CURL_ERROR_SIZE] = {};
  HeaderLines headers_;
  std::mutex channel_mutex_;  // cancel() may run while another thread drops the channel
  std::shared_ptr<Channel> channel_;
  CURL* easy_;
  std::optional<std::stop_callback<Wake>> wake_;
  Response response_;
  std::size_t header_bytes_ = 0;
  std::exception_ptr thrown_;  // by the sink; rethrown after libcurl returns
  AnswerHead head_{response_.headers};
  curl_socket_t kept_socket_ = CURL_SOCKET_BAD;  // the kept connection that carries the request
  std::optional<Failure> fault_;                 // found by us, not by libcurl
  bool too_large_ = false, proxied_ = false, proxy_may_answer_ = false, may_signal_ = true;
  bool misplaced_ = false;
  int issued_ = 0;
  std::optional<CURLcode> done_;
  std::atomic<bool> cancelled_ = false;
  bool heard_ = false;  // bytes have arrived since last_byte_
  std::chrono::steady_clock::time_point last_byte_;
};

}  // namespace bitbucket::inline v0_1::http
