#include "http/curl_transport.hpp"

#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <climits>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <bitbucket/error.hpp>

#include "http/curl_handles.hpp"
#include "http/encoding.hpp"
#include "http/header_lines.hpp"
#include "http/sigpipe_guard.hpp"
#include "http/url.hpp"

namespace bitbucket::inline v0_1::http {
namespace {

constexpr std::size_t max_headers = 256 * 1024;

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class CurlExchange final : public Exchange {
 public:
  CurlExchange(const ConnectionOptions& options, std::shared_ptr<Channel> channel, Request request)
      : request_(std::move(request)), channel_(std::move(channel)), easy_(channel_->take()) {
    response_.body = std::move(request_.memory);
    try {
      apply_options(options);
      // A connection that a transfer beside it has done with can be claimed.
      if (request_.beside) perform();
      last_byte_ = steady_clock::now();
      check(curl_multi_add_handle(channel_->multi(), easy_));
      perform();  // sends at once on a kept connection
    } catch (...) {
      abandon();
      throw;
    }
  }

  ~CurlExchange() override { abandon(); }

  /// The channel for transfers beside this one; none when it is over or a parent process's.
  [[nodiscard]] std::shared_ptr<Channel> channel() const noexcept {
    return owner_ == getpid() ? channel_ : nullptr;
  }

  Response wait(Deadline deadline, std::stop_token stop) override {
    if (!channel_) throw Cancelled();
    if (owner_ != getpid()) {
      abandon();
      throw TransportError(TransportError::Kind::reset, "the request is the parent process's",
                           true);
    }
    CURLM* const multi = channel_->multi();
    wake_.emplace(stop, Wake{multi});
    // The time a prefetched transfer lay untouched is not the server's silence.
    last_byte_ = steady_clock::now();
    while (!done_) {
      if (stop.stop_requested() || cancelled_) give_up();
      const auto now = steady_clock::now();
      if (now >= deadline) time_out("no complete answer in the time allowed for the call");
      Deadline limit = deadline;
      if (request_.idle_timeout > milliseconds(0)) {
        if (now - last_byte_ >= request_.idle_timeout)
          time_out("no byte for " + std::to_string(request_.idle_timeout.count()) + " ms");
        limit = std::min(limit, last_byte_ + request_.idle_timeout);
      }
      const auto left = std::chrono::ceil<milliseconds>(
          std::min<steady_clock::duration>(limit - now, std::chrono::minutes(1)));
      check(curl_multi_poll(multi, nullptr, 0, static_cast<int>(left.count()), nullptr));
      perform();
    }
    return finish();
  }

  void cancel() noexcept override {
    cancelled_ = true;
    const std::scoped_lock lock(channel_mutex_);
    if (channel_) curl_multi_wakeup(channel_->multi());
  }

 private:
  struct Wake {
    CURLM* multi;
    void operator()() const noexcept { curl_multi_wakeup(multi); }
  };

  template <class Value>
  void set(CURLoption option, Value value) {
    http::set(easy_, option, value);
  }
  void check(CURLMcode code) const {
    if (code != CURLM_OK)
      throw TransportError(TransportError::Kind::other, curl_multi_strerror(code),
                           may_have_been_sent());
  }

  void apply_options(const ConnectionOptions& options);
  void perform();
  void start_afresh();
  Response finish();
  [[noreturn]] void fail(CURLcode code);
  [[noreturn]] void throw_too_large() const;
  [[noreturn]] void time_out(const std::string& what);
  [[nodiscard]] bool may_have_been_sent() const noexcept;

  void abandon() noexcept {
    wake_.reset();  // waits for a callback that runs on another thread: it uses the channel
    const std::scoped_lock lock(channel_mutex_);
    if (!channel_) return;
    if (owner_ != getpid()) channel_->abandon();
    channel_->discard(easy_);
    channel_.reset();
  }
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
#if LIBCURL_VERSION_NUM >= 0x075000
  static int on_request(void* self, char*, char*, int, int local_port) noexcept {
    auto& exchange = *static_cast<CurlExchange*>(self);
    long connects = 0;
    curl_easy_getinfo(exchange.easy_, CURLINFO_NUM_CONNECTS, &connects);
    exchange.misplaced_ = connects == 0 && !exchange.channel_->claim(local_port);
    if (exchange.misplaced_) return CURL_PREREQFUNC_ABORT;
    // libcurl repeats a request by itself when a kept connection turns out dead; whether that is
    // safe is not for it to say, and the nonce would be used twice.
    return exchange.issued_++ == 0 ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
  }
#endif
  bool take_header(std::string_view line) noexcept;
  bool take_body(std::string_view bytes) noexcept;

  Request request_;
  char error_text_[CURL_ERROR_SIZE] = {};
  HeaderLines headers_;
  std::mutex channel_mutex_;  // cancel() against the end of the channel
  std::shared_ptr<Channel> channel_;
  CURL* easy_;
  std::optional<std::stop_callback<Wake>> wake_;
  const pid_t owner_ = getpid();
  Response response_;
  std::size_t header_bytes_ = 0;
  std::exception_ptr thrown_;  // by the sink, on its way through libcurl
  bool too_large_ = false, contradictory_ = false, proxy_may_answer_ = false, may_signal_ = true;
  bool misplaced_ = false;
  int issued_ = 0;
  std::optional<CURLcode> done_;
  std::atomic<bool> cancelled_ = false;
  steady_clock::time_point last_byte_;
};

void CurlExchange::apply_options(const ConnectionOptions& options) {
  const bool safe = request_.method == Method::get || request_.method == Method::head;
#if LIBCURL_VERSION_NUM >= 0x075000
  set(CURLOPT_PREREQFUNCTION, &on_request);
  set(CURLOPT_PREREQDATA, this);
  set(CURLOPT_FRESH_CONNECT, 0L);
#else
  set(CURLOPT_FRESH_CONNECT, safe && channel_->is_quiet() ? 0L : 1L);
#endif
  set(CURLOPT_URL, request_.url.c_str());
  set(CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(std::clamp<std::int64_t>(request_.connect_timeout.count(), 1, INT_MAX)));
  set(CURLOPT_PRIVATE, this);
  set(CURLOPT_ERRORBUFFER, error_text_);
  set(CURLOPT_HEADERFUNCTION, &on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_WRITEDATA, this);
  headers_.assign(request_.headers);
  set(CURLOPT_HTTPHEADER, headers_.list());
  if (safe) {
    set(request_.method == Method::head ? CURLOPT_NOBODY : CURLOPT_HTTPGET, 1L);
  } else {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(CURLOPT_POSTFIELDS, request_.body.c_str());
    if (request_.method != Method::post)
      set(CURLOPT_CUSTOMREQUEST, std::string(to_string(request_.method)).c_str());
  }
  proxy_may_answer_ = set_proxy(easy_, options.proxy, request_.url);
  may_signal_ = request_.sink || proxy_may_answer_ || !request_.url.starts_with("http:");
}

bool CurlExchange::take_header(std::string_view line) noexcept try {
  last_byte_ = steady_clock::now();
  header_bytes_ += line.size();
  if (header_bytes_ > max_headers) {
    too_large_ = true;
    return false;
  }
  while (line.ends_with('\n') || line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {  // also after a 1xx: only the last block counts
    response_.headers.clear();
    return true;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  std::string_view value = line.substr(colon + 1);
  value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
  const std::string_view name = line.substr(0, colon);
  if (equal_ignoring_case(name, "Content-Length")) {
    // libcurl takes the last; who is wrong about the end of an answer may be fed somebody else's.
    const std::string_view known = find_header(response_.headers, name);
    contradictory_ = !known.empty() && known != value;
    if (contradictory_) return false;
  }
  response_.headers.push_back({std::string(name), std::string(value)});
  return true;
} catch (...) {
  thrown_ = std::current_exception();
  return false;
}

bool CurlExchange::take_body(std::string_view bytes) noexcept try {
  last_byte_ = steady_clock::now();
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  if (request_.sink && status / 100 == 2) {
    request_.sink(bytes);
    last_byte_ = steady_clock::now();  // what the sink took is not the server's silence
    return true;
  }
  std::string& body = response_.body;
  if (bytes.size() > request_.max_body - body.size()) {
    too_large_ = true;
    return false;
  }
  if (body.empty()) {
    // Once, with room for what the JSON reader wants behind the text; not for what is only claimed.
    curl_off_t length = 0;
    curl_easy_getinfo(easy_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (length > 0)
      body.reserve(std::min({static_cast<std::size_t>(length), request_.max_body, max_reserve}) +
                   128);
  }
  body += bytes;
  return true;
} catch (...) {
  thrown_ = std::current_exception();
  return false;
}

void CurlExchange::perform() {
  int running = 0;
  {
    std::optional<SigpipeGuard> guard;  // plain sockets are written to without a signal
    if (may_signal_) guard.emplace();
    check(curl_multi_perform(channel_->multi(), &running));
  }
  int left = 0;
  bool again = false;
  while (const CURLMsg* message = curl_multi_info_read(channel_->multi(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CurlExchange* finished = nullptr;  // this one, or one beside it
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &finished);
    if (std::exchange(finished->misplaced_, false)) {
      finished->start_afresh();
      again = true;
      continue;
    }
    finished->done_ = message->data.result;
    channel_->rest(message->easy_handle);
  }
  if (again) perform();
}

/// Nothing was sent, because the connection that libcurl had chosen cannot be used.
void CurlExchange::start_afresh() {
  curl_multi_remove_handle(channel_->multi(), easy_);
  set(CURLOPT_FRESH_CONNECT, 1L);
  check(curl_multi_add_handle(channel_->multi(), easy_));
}

bool CurlExchange::may_have_been_sent() const noexcept {
  // A kept connection carried it, whatever became of the fresh one that libcurl tried afterwards.
  if (issued_ > 0) return true;
#if LIBCURL_VERSION_NUM >= 0x075000
  return false;  // only the request to a proxy, if anything
#else
  long bytes = 0;
  curl_easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &bytes);
  return bytes > 0;
#endif
}

Response CurlExchange::finish() {
  if (*done_ != CURLE_OK) fail(*done_);
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  if (status == 407 && proxy_may_answer_) {
    const Failure failure = classify_proxy_status(status, request_.url);
    abandon();
    throw TransportError(failure.kind, failure.advice, false);
  }
  response_.status = static_cast<int>(status);
  wake_.reset();
  const std::scoped_lock lock(channel_mutex_);
  channel_->keep(easy_, request_.method == Method::get);
  channel_.reset();
  return std::move(response_);
}

void CurlExchange::fail(CURLcode code) {
  FailedTransfer transfer{.code = code, .url = request_.url, .text = error_text_};
  curl_easy_getinfo(easy_, CURLINFO_HTTP_CONNECTCODE, &transfer.proxy_status);
  long connects = 0;
  curl_easy_getinfo(easy_, CURLINFO_NUM_CONNECTS, &connects);
  transfer.silent = connects > 0 && header_bytes_ == 0;
  Failure failure = classify(transfer);
  bool sent = may_have_been_sent();
  if (issued_ == 0) sent = sent && !failure.never_sent;
  if (issued_ <= 1) sent = sent && !failure.unread;
  std::string what = failure.advice;
  if (code == CURLE_OPERATION_TIMEDOUT && !sent) what = "no connection in the time allowed for it";
  if (issued_ > 1) {
    failure.kind = TransportError::Kind::reset;
    what = "the server closed the kept connection";
  } else if (const std::string_view text = quotable(error_text_); !text.empty()) {
    what.append(" (").append(text).append(1, ')');
  }
  channel_->sound = false;
  abandon();
  if (thrown_) std::rethrow_exception(thrown_);
  if (too_large_) throw_too_large();
  if (contradictory_)
    throw TransportError(TransportError::Kind::malformed, "the answer announces two lengths", true);
  throw TransportError(failure.kind, what, sent);
}

void CurlExchange::throw_too_large() const {
  throw TransportError(
      TransportError::Kind::too_large,
      header_bytes_ > max_headers
          ? "the headers of the answer are larger than " + std::to_string(max_headers) + " bytes"
          : "the answer is larger than " + std::to_string(request_.max_body) +
                " bytes; raise connection.max_answer if that is right",
      true);
}

void CurlExchange::time_out(const std::string& what) {
  const bool sent = may_have_been_sent();
  channel_->sound = false;
  abandon();
  throw TransportError(TransportError::Kind::timeout, sent ? what : what + "; not even connected",
                       sent);
}

class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(const ConnectionOptions& options)
      : pool_(std::make_shared<Pool>(options)) {
    // Once per process and never undone: other users of libcurl may be there.
    static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (initialised != CURLE_OK)
      throw TransportError(TransportError::Kind::other, "libcurl cannot be initialised", false);
  }
  std::unique_ptr<Exchange> start(Request request) override {
    const auto* beside = dynamic_cast<const CurlExchange*>(request.beside);
    auto channel = beside ? beside->channel() : nullptr;
    if (!channel) channel = pool_->take();
    return std::make_unique<CurlExchange>(pool_->options, std::move(channel), std::move(request));
  }

 private:
  std::shared_ptr<Pool> pool_;
};

}  // namespace

std::shared_ptr<Transport> make_curl_transport(const ConnectionOptions& options) {
  check_options(options);
  return std::make_shared<CurlTransport>(options);
}

}  // namespace bitbucket::inline v0_1::http
