#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <bitbucket/secret.hpp>
#include <bitbucket/send.hpp>

#include "api/repeat.hpp"
#include "auth/redact.hpp"
#include "server/core.hpp"
#include "server/stream_gate.hpp"

namespace bitbucket::inline v0_1::detail {

class Call;

/// What a first attempt may use: the memory of a body that is not needed any more, and a call of
/// the same thread that is under way.
struct Company {
  std::string memory = {};
  const Call* beside = nullptr;
};

/// One call with its attempts.  start() sends the first one without waiting, so that it can be on
/// its way while something else is done; finish() waits, repeats what may be repeated, and returns
/// a 2xx answer or throws.  The time allowed for the call begins with finish().
class Call {
 public:
  Call(ContextPtr context, CallSpec spec);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call();

  /// Authorises the first attempt, which takes the time of a signature, without sending it.
  void authorise() noexcept;
  /// A failure is thrown by finish().
  void start(Company company = {}) noexcept;
  Response finish();

  [[nodiscard]] const CallSpec& spec() const noexcept { return spec_; }

 private:
  Request authorised_request();
  void drop_authorised() noexcept;
  void begin_attempt(Company company = {});
  Response await(Deadline deadline);
  Response receive(Deadline deadline);
  [[nodiscard]] api::BytesFault find_fault(const Response& response) const;
  /// A 2xx answer is an error: a login page, or the API's own.
  [[nodiscard]] bool fails_with_2xx(const Response& response) const;
  /// Throws DecodeError when a 2xx answer is not all of what was asked for.
  void require_whole(const Response& response) const;
  void observe(const Response* response, std::string_view error) const noexcept;
  /// True when the attempt may be repeated now, after the wait that is due.
  bool repeat_after(const Response& response, Deadline deadline);
  bool repeat_after(const TransportError& error, Deadline deadline);
  bool repeat_later(std::chrono::milliseconds delay, Deadline deadline);
  [[nodiscard]] api::Sent sent() const noexcept;
  /// What an answer to this call must not show: the secrets of its credentials and of its body.
  const auth::Redactor& secrets();
  void wait_out_pause(Deadline deadline);
  void sleep(std::chrono::milliseconds time) const;
  [[noreturn]] void refuse_to_send(std::chrono::milliseconds paused) const;
  [[nodiscard]] bool attempts_left() const noexcept;
  [[nodiscard]] std::chrono::steady_clock::time_point now() const;

  ContextPtr context_;
  CallSpec spec_;
  std::shared_ptr<const Account> account_;
  std::optional<std::vector<Secret>> body_secrets_;
  std::optional<auth::Redactor> secrets_;  // when the body has some
  std::optional<Request> authorised_;      // of the first attempt, made early
  std::unique_ptr<Exchange> exchange_;
  std::exception_ptr failure_;  // of the credentials or the request, in start()
  std::chrono::steady_clock::time_point attempt_began_;
  std::chrono::steady_clock::time_point waited_until_;  // the end of the last pause waited for
  int attempt_ = 0;
  bool clock_adopted_ = false;
  bool may_have_acted_ = false;     // some attempt may have reached the server's application
  std::optional<StreamGate> gate_;  // before the sink of a stream
};

/// "GET https://host/path", for texts: without query.
std::string describe_call(const Context& context, const CallSpec& spec);

}  // namespace bitbucket::inline v0_1::detail
