#pragma once

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <bitbucket/detail/send.hpp>
#include <bitbucket/secret.hpp>

#include "auth/redact.hpp"
#include "base/repeat.hpp"
#include "engine/core.hpp"
#include "engine/stream_gate.hpp"

namespace bitbucket::inline v0_1::detail {

/// One call with its attempts, as a state machine that never waits on its own.  It is either
/// waiting for a transfer(), waiting for a time (wait() from now, which ends at due()), or ended.
/// Whoever drives the call does the waiting and then lets it go on():
///
///     call.begin_time();
///     while (!call.ended()) {
///       ... wait for call.transfer(), or else until call.due()
///       call.go_on();
///     }
///
/// A call that fails throws from go_on().  One thread at a time may use a call.
class Call {
 public:
  Call(ContextPtr context, CallSpec spec);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call();

  /// Authorises the first attempt, which takes the time of a signature, without sending it.
  void authorise() noexcept;
  /// Sends the first attempt without waiting, so that it is on its way while the caller does
  /// something else.  go_on() throws whatever goes wrong here.
  void start(Company company = {}) noexcept;
  /// Begins the time that the call may take.
  void begin_time();

  /// Returns the transfer under way, or null.
  [[nodiscard]] Exchange* transfer() const noexcept { return exchange_.get(); }
  /// Returns how long to wait before the next attempt, when no transfer is under way.
  [[nodiscard]] std::chrono::milliseconds wait() const noexcept { return wait_; }
  /// Returns when the wait for a transfer or for a time ends, on the client's clock.
  [[nodiscard]] Deadline due() const noexcept;
  /// Takes the answer of the transfer, for which it waits when the answer is not there yet, or
  /// sends the attempt that is due.
  void go_on();
  [[nodiscard]] bool ended() const noexcept { return answer_.has_value(); }
  /// Returns the 2xx answer of a call that has ended.
  Response take() { return *std::move(answer_); }

  /// Drives the call to its end on this thread and returns its 2xx answer.
  Response finish();

  [[nodiscard]] const CallSpec& spec() const noexcept { return spec_; }

 private:
  Request authorised_request();
  void drop_authorised() noexcept;
  void begin_attempt(Company company = {});
  void send();
  Response receive();
  Response await();
  void decide(Response response, bool acted_before);
  [[nodiscard]] BytesFault find_fault(const Response& response) const;
  /// Throws DecodeError when a 2xx answer is not the whole answer that was requested.
  void require_whole(const Response& response, BytesFault fault) const;
  void observe(const Response* response, std::string_view error) const noexcept;
  /// Each returns true when the attempt is to be repeated after wait().
  bool repeat_after(const Response& response);
  bool repeat_after(const TransportError& error);
  bool repeat_later(std::chrono::milliseconds delay);
  bool repeat_with_clock_of(const Response& response);
  bool wait_out_pause();
  void wait_for(std::chrono::milliseconds time);
  [[noreturn]] void refuse_to_send(std::chrono::milliseconds paused) const;
  [[nodiscard]] Sent sent() const noexcept;
  /// Returns the secrets that an error must not show: those of the credentials and of the body.
  const auth::Redactor& secrets();
  [[nodiscard]] bool attempts_left() const noexcept;
  [[nodiscard]] const RetryOptions& retry() const noexcept;
  [[nodiscard]] std::chrono::steady_clock::time_point now() const;

  ContextPtr context_;
  CallSpec spec_;
  std::shared_ptr<const Account> account_;
  std::optional<std::vector<Secret>> body_secrets_;
  std::optional<auth::Redactor> secrets_;  // when the body contains secrets
  std::optional<Request> authorised_;      // the first attempt, made early
  std::unique_ptr<Exchange> exchange_;
  std::exception_ptr failure_;      // of the credentials or the request, in start()
  std::exception_ptr not_started_;  // the TransportError of a transfer that could not be started
  std::optional<Response> answer_;
  Deadline deadline_ = Deadline::max();
  std::chrono::milliseconds wait_{0};
  std::chrono::steady_clock::time_point due_;
  std::chrono::steady_clock::time_point attempt_began_;
  std::chrono::steady_clock::time_point waited_until_;  // the end of the last pause waited for
  int attempt_ = 0;
  bool clock_adopted_ = false;
  bool may_have_acted_ = false;     // some attempt may have reached the server's application
  std::optional<StreamGate> gate_;  // guards the sink of a stream
};

/// Returns "GET https://host/path", without the query, for messages.
std::string describe_call(const Context& context, const CallSpec& spec);

}  // namespace bitbucket::inline v0_1::detail
