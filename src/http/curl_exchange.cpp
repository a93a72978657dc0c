#include "http/curl_exchange.hpp"

#include <climits>

#include "http/encoding.hpp"
#include "http/sigpipe_guard.hpp"
#include "http/url.hpp"

namespace bitbucket::inline v0_1::http {
namespace {

constexpr std::size_t max_headers = 256 * 1024;
constexpr const char* endless =
    "the answer does not say where it ends, so a complete answer looks like a truncated one";

using std::chrono::milliseconds;
using std::chrono::steady_clock;

}  // namespace

CurlExchange::CurlExchange(const ConnectionOptions& options, std::shared_ptr<Channel> channel,
                           Request request, std::string memory)
    : request_(std::move(request)), channel_(std::move(channel)), easy_(channel_->take()) {
  response_.body = std::move(memory);
  response_.body.clear();
  try {
    apply_options(options);
    check(curl_multi_add_handle(channel_->multi(), easy_));
    act();  // sends at once on a kept connection
  } catch (...) {
    abandon();
    throw;
  }
}

Response CurlExchange::wait(Deadline deadline, std::stop_token stop) {
  if (!channel_) throw Cancelled();
  if (is_parents()) {
    abandon();
    throw TransportError(TransportError::Kind::reset, "the request belongs to the parent process",
                         true);
  }
  SocketSet* const sockets = &channel_->sockets();
  wake_.emplace(stop, Wake{sockets});
  // Nobody read a prefetched transfer before this call: that time is not silence of the server.
  last_byte_ = steady_clock::now();
  while (!done_) {
    if (stop.stop_requested() || cancelled_) give_up();
    const auto now = steady_clock::now();
    // Sinks have returned by now, so their time does not count as silence of the server.
    if (std::exchange(heard_, false)) last_byte_ = now;
    if (now >= deadline) time_out("no complete answer in the time allowed for the call");
    Deadline limit = deadline;
    if (request_.idle_timeout > milliseconds(0)) {
      if (now - last_byte_ >= request_.idle_timeout)
        time_out("no byte arrived for " + std::to_string(request_.idle_timeout.count()) + " ms");
      limit = std::min(limit, last_byte_ + request_.idle_timeout);
    }
    limit = std::min(limit, channel_->timer());
    SocketSet::wait({&sockets, 1}, std::chrono::ceil<milliseconds>(limit - now));
    act();
  }
  return finish();
}

void CurlExchange::cancel() noexcept {
  cancelled_ = true;
  const std::scoped_lock lock(channel_mutex_);
  if (channel_) channel_->sockets().wake();
}

void CurlExchange::abandon() noexcept {
  wake_.reset();  // waits for a callback on another thread, which uses the channel
  const std::scoped_lock lock(channel_mutex_);
  if (!channel_) return;
  if (is_parents()) channel_->abandon();
  channel_->discard(easy_);
  channel_.reset();
}
#if LIBCURL_VERSION_NUM >= 0x075000
int CurlExchange::on_request(void* self, char*, char*, int, int local_port) noexcept {
  auto& exchange = *static_cast<CurlExchange*>(self);
  long connects = 0;
  curl_easy_getinfo(exchange.easy_, CURLINFO_NUM_CONNECTS, &connects);
  if (connects == 0) {
    const auto claimed = exchange.channel_->claim(local_port);
    exchange.misplaced_ = !claimed;
    if (!claimed) return CURL_PREREQFUNC_ABORT;
    exchange.kept_socket_ = *claimed;
  }
  // libcurl repeats a request by itself when a kept connection turns out to be dead.  It cannot
  // know whether that is safe, and it would use the nonce twice.
  return exchange.issued_++ == 0 ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}
#endif

void CurlExchange::apply_options(const ConnectionOptions& options) {
  const bool safe = request_.method == Method::get || request_.method == Method::head;
#if LIBCURL_VERSION_NUM >= 0x075000
  set(CURLOPT_PREREQFUNCTION, &on_request);
  set(CURLOPT_PREREQDATA, this);
  set(CURLOPT_FRESH_CONNECT, 0L);
#else
  set(CURLOPT_FRESH_CONNECT, safe && channel_->is_quiet() ? 0L : 1L);
#endif
  set(CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(std::clamp<std::int64_t>(request_.connect_timeout.count(), 1, INT_MAX)));
  set(CURLOPT_PRIVATE, this);
  set(CURLOPT_ERRORBUFFER, error_text_);
  set(CURLOPT_HEADERFUNCTION, &on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_WRITEDATA, this);
  headers_.assign(request_.headers, !safe);
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
  proxied_ = set_proxy(easy_, options.proxy, request_.url);
  proxy_may_answer_ = proxied_ && !is_https(request_.url);
  set_url();
  may_signal_ = request_.sink || proxy_may_answer_ || !request_.url.starts_with("http:");
}

/// Gives libcurl the site that the channel has already parsed.  For each request with the text of a
/// URL, libcurl would parse it, put it together and parse it again.
void CurlExchange::set_url() {
  const std::string_view site = site_of(request_.url);
  const char* const target = request_.url.c_str() + site.size();
  // A proxy needs the whole URL.
  CURLU* const parsed =
      !proxy_may_answer_ && is_request_target(target) ? channel_->parsed(site) : nullptr;
  set(CURLOPT_CURLU, parsed);
  set(CURLOPT_REQUEST_TARGET, parsed ? target : nullptr);
  if (!parsed) set(CURLOPT_URL, request_.url.c_str());
}

bool CurlExchange::take_header(std::string_view line) noexcept try {
  heard_ = true;
  header_bytes_ += line.size();
  if (header_bytes_ > max_headers) {
    too_large_ = true;
    return false;
  }
  if (head_.is_awaited() && began_too_early()) return false;
  const bool was_complete = head_.is_complete();
  head_.take(line);
  if (head_.fault()) fault_ = {.kind = TransportError::Kind::malformed, .advice = head_.fault()};
  if (fault_) return false;
  if (was_complete || !head_.is_complete()) return true;
  response_.status = static_cast<int>(status());
  if (response_.status / 100 == 1) head_.restart();
  if (response_.status / 100 != 2) return true;
  if (request_.opaque && is_endless()) return false;
  if (request_.sink && request_.on_head) request_.on_head(response_);
  return true;
} catch (...) {
  thrown_ = std::current_exception();
  return false;
}

/// An answer that arrives although the peer has not acknowledged the request was sent before the
/// request arrived, so it answers another request.  Only an error may arrive before the end of a
/// long request.
bool CurlExchange::began_too_early() noexcept {
  if (kept_socket_ == CURL_SOCKET_BAD || !has_unacknowledged_bytes(kept_socket_)) return false;
  if (!request_.body.empty() && status() / 100 != 2) return false;
  fault_ = {.kind = TransportError::Kind::reset,
            .advice = "the kept connection held an answer that belongs to no request"};
  return true;
}

bool CurlExchange::take_body(std::string_view bytes) noexcept try {
  heard_ = true;
  if (request_.sink && response_.status / 100 == 2) {
    request_.sink(bytes);
    return true;
  }
  std::string& body = response_.body;
  if (bytes.size() > request_.max_body - body.size()) {
    too_large_ = true;
    return false;
  }
  if (body.empty()) {
    // Allocates once, with the padding that the JSON reader needs behind the text, but does not
    // trust a huge length.
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

void CurlExchange::act() {
  {
    std::optional<SigpipeGuard> guard;  // writing to a plain socket raises no signal
    if (may_signal_) guard.emplace();
    check(channel_->act());
  }
  int left = 0;
  bool again = false;
  while (const CURLMsg* message = curl_multi_info_read(channel_->multi(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CurlExchange* finished = nullptr;  // this transfer or one beside it
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &finished);
    if (std::exchange(finished->misplaced_, false)) {
      finished->start_afresh();
      again = true;
      continue;
    }
    finished->done_ = message->data.result;
    if (finished->leaves_nothing_behind()) channel_->rest(message->easy_handle);
  }
  if (again) act();
}

/// Starts again on a new connection.  Nothing was sent, because the connection that libcurl had
/// chosen cannot be used.
void CurlExchange::start_afresh() {
  curl_multi_remove_handle(channel_->multi(), easy_);
  set(CURLOPT_FRESH_CONNECT, 1L);
  check(curl_multi_add_handle(channel_->multi(), easy_));
}

bool CurlExchange::may_have_been_sent() const noexcept {
  // A kept connection carried the request, whatever happened to the new connection that libcurl
  // tried afterwards.
  if (issued_ > 0) return true;
#if LIBCURL_VERSION_NUM >= 0x075000
  return false;  // at most the CONNECT to a proxy was sent
#else
  long bytes = 0;
  curl_easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &bytes);
  return bytes > 0;
#endif
}

Response CurlExchange::finish() {
  if (*done_ != CURLE_OK) fail(*done_);
  if (!head_.is_complete()) fail(CURLE_PARTIAL_FILE);  // libcurl reports success
  if (request_.method == Method::get && response_.body.empty() && is_endless()) fail(CURLE_OK);
  if (response_.status == 407 && proxy_may_answer_) {
    const Failure failure = classify_proxy_status(407, request_.url);
    abandon();
    throw TransportError(failure.kind, failure.advice, false);
  }
  if (!leaves_nothing_behind()) channel_->sound = false;
  wake_.reset();
  const std::scoped_lock lock(channel_mutex_);
  channel_->keep(easy_, request_.method == Method::get);
  channel_.reset();
  return std::move(response_);
}

/// True if only the end of the connection ends the body of this 2xx answer.  The JSON reader
/// notices a truncated text, but nothing else would.
bool CurlExchange::is_endless() noexcept {
  if (head_.is_framed() || response_.status == 204 || response_.status / 100 != 2) return false;
  fault_ = {.kind = TransportError::Kind::malformed, .advice = endless};
  return true;
}

/// False if bytes may follow on the connection: a server that announces a body with a 204 may send
/// it.
bool CurlExchange::leaves_nothing_behind() const noexcept {
  return done_ == CURLE_OK && head_.is_complete() &&
         !(response_.status == 204 && head_.announces_body());
}

void CurlExchange::fail(CURLcode code) {
  if (code == CURLE_GOT_NOTHING && header_bytes_ > 0) code = CURLE_PARTIAL_FILE;
  FailedTransfer transfer{
      .code = code, .url = request_.url, .text = error_text_, .proxied = proxied_};
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
  if (fault_) throw TransportError(fault_->kind, fault_->advice, true);
  throw TransportError(failure.kind, what, sent);
}

void CurlExchange::throw_too_large() const {
  throw TransportError(
      TransportError::Kind::too_large,
      header_bytes_ > max_headers
          ? "the headers of the answer are larger than " + std::to_string(max_headers) + " bytes"
          : "the answer is larger than " + std::to_string(request_.max_body) +
                " bytes; raise connection.max_answer if you expect answers of this size",
      true);
}

void CurlExchange::time_out(const std::string& what) {
  const bool sent = may_have_been_sent();
  channel_->sound = false;
  abandon();
  throw TransportError(TransportError::Kind::timeout,
                       sent ? what : what + "; there was no connection yet", sent);
}

}  // namespace bitbucket::inline v0_1::http
