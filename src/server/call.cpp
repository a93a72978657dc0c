#include "server/call.hpp"

#include <algorithm>
#include <utility>

#include "api/api_error.hpp"
#include "auth/cleanse.hpp"
#include "auth/oauth_problem.hpp"
#include "http/encoding.hpp"
#include "http/observe.hpp"
#include "http/retry.hpp"
#include "json/secrets.hpp"

namespace bitbucket::inline v0_1::detail {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

bool is_mutating(Method method) { return method != Method::get && method != Method::head; }

std::vector<Header> headers_of(const CallSpec& spec, const Core& core,
                               const Secret& authorization) {
  std::vector<Header> headers;
  headers.reserve(5);
  if (!authorization.empty())
    headers.push_back({"Authorization", std::string(authorization.reveal())});
  headers.push_back(
      {"Accept", spec.operation.answer == AnswerKind::stream ? "*/*" : "application/json"});
  headers.push_back({"User-Agent", core.user_agent});
  if (is_mutating(spec.operation.method)) {
    // Both keep a mutating call from being taken for one that a browser was tricked into.
    headers.push_back({"X-Atlassian-Token", "no-check"});
    headers.push_back(
        {"Content-Type", spec.content_type.empty() ? "application/json" : spec.content_type});
  }
  return headers;
}

/// Takes the place of an exchange that could not be started.
class FailedExchange final : public Exchange {
 public:
  // NOLINTNEXTLINE(bugprone-throw-keyword-missing): it is thrown by who waits
  explicit FailedExchange(std::exception_ptr failure) : failure_(std::move(failure)) {}
  Response wait(Deadline, std::stop_token) override { std::rethrow_exception(failure_); }
  void cancel() noexcept override {}

 private:
  std::exception_ptr failure_;
};

}  // namespace

std::string describe_call(const Context& context, const CallSpec& spec) {
  return std::string(to_string(spec.operation.method)) + ' ' + context.core->base_url + spec.path;
}

Call::Call(ContextPtr context, CallSpec spec)
    : context_(std::move(context)), spec_(std::move(spec)) {
  if (!spec_.sink) return;
  gate_.emplace(std::move(spec_.sink), context_->core->connection.compression);
  spec_.sink = [this](std::string_view bytes) {
    may_have_acted_ = true;
    gate_->take(bytes);
  };
}

Call::~Call() { drop_authorised(); }

// A transport overwrites the credentials of what it sends; this was not sent.
void Call::drop_authorised() noexcept {
  if (!authorised_) return;
  for (Header& header : authorised_->headers) auth::cleanse(header.value);
  authorised_.reset();
}

Request Call::authorised_request() {
  const Core& core = *context_->core;
  Request request;
  request.method = spec_.operation.method;
  Parameters query = spec_.query;
  account_->authorizer->add_parameters(query);
  request.url.reserve(core.base_url.size() + spec_.path.size() + 64);
  request.url.append(core.base_url).append(spec_.path);
  http::append_query(request.url, query);
  request.headers =
      headers_of(spec_, core, account_->authorizer->header(request.method, request.url));
  request.body = spec_.body;
  request.opaque = spec_.operation.answer == AnswerKind::stream;
  if (gate_) {
    request.sink = spec_.sink;
    request.on_head = [this](const Response& head) { gate_->begin(head); };
  }
  request.account = account_->id;
  request.max_body = core.connection.max_answer;
  request.connect_timeout = std::min(core.connection.connect_timeout, context_->timeout);
  if (spec_.sink) request.idle_timeout = core.connection.idle_timeout;
  return request;
}

void Call::begin_attempt(Company company) {
  ++attempt_;
  attempt_began_ = steady_clock::now();
  Request request = authorised_ ? *std::exchange(authorised_, {}) : authorised_request();
  company.memory.clear();
  request.memory = std::move(company.memory);
  if (company.beside) request.beside = company.beside->exchange_.get();
  try {
    exchange_ = context_->core->transport->start(std::move(request));
  } catch (const TransportError&) {  // the same to the caller as one that comes later
    exchange_ = std::make_unique<FailedExchange>(std::current_exception());
  }
}

void Call::authorise() noexcept {
  try {
    account_ = context_->accounts->get(now());
    authorised_ = authorised_request();
  } catch (...) {  // start() runs into it again
  }
}

void Call::start(Company company) noexcept {
  try {
    if (context_->stop.stop_requested()) return;  // finish() says so
    if (!authorised_) account_ = context_->accounts->get(now());
    if (account_->paused_until() > now()) {  // finish() waits it out
      drop_authorised();                     // and a signature ages
      return;
    }
    begin_attempt(std::move(company));
  } catch (...) {
    failure_ = std::current_exception();
  }
}

Response Call::receive(Deadline deadline) {
  const auto exchange = std::move(exchange_);
  if (!gate_) return exchange->wait(deadline, context_->stop);
  try {
    // Streams are bounded by the connect and idle limits instead of the time for the whole call.
    Response response = exchange->wait(Deadline::max(), context_->stop);
    if (response.status / 100 == 2) gate_->end();
    return response;
  } catch (const StreamGate::Closed&) {
    return gate_->refused();
  }
}

Response Call::await(Deadline deadline) {
  try {
    Response response = receive(deadline);
    secrets().redact(response.headers);
    may_have_acted_ = may_have_acted_ || api::may_have_acted(response.status);
    observe(&response, {});
    return response;
  } catch (const TransportError& error) {
    may_have_acted_ = may_have_acted_ || error.may_have_acted();
    std::string what = error.what();
    secrets().redact(what);
    observe(nullptr, what);
    throw TransportError(error.kind(), describe_call(*context_, spec_) + ": " + what,
                         may_have_acted_, sent().repeatable);
  } catch (const Cancelled& error) {
    may_have_acted_ = may_have_acted_ || error.may_have_acted();
    observe(nullptr, error.what());
    throw Cancelled(may_have_acted_);
  }
}

Response Call::finish() {
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  const Deadline deadline = now() + context_->timeout;
  for (;;) {
    if (context_->stop.stop_requested()) throw Cancelled(may_have_acted_);
    const bool acted_before = may_have_acted_;
    if (!exchange_) {
      account_ = context_->accounts->get(now());
      wait_out_pause(deadline);
    }
    try {
      if (!exchange_) begin_attempt();
      Response response = await(deadline);
      if (response.status / 100 == 2 && !fails_with_2xx(response)) {
        require_whole(response);
        return response;
      }
      // What a repeated DELETE does not find any more, the first one has removed.
      if (response.status == 404 && acted_before && spec_.operation.method == Method::del &&
          !api::is_web_page(response))
        return Response{.status = 204, .headers = {}, .body = {}};
      if (repeat_after(response, deadline)) continue;
      api::throw_api_error({spec_.operation.method, spec_.path, sent()}, std::move(response),
                           secrets());
    } catch (const TransportError& error) {
      if (!repeat_after(error, deadline)) throw;
    }
  }
}

api::Sent Call::sent() const noexcept {
  // A second transfer would give the sink the same bytes again.
  return {may_have_acted_, spec_.operation.repeatable && !(gate_ && gate_->is_open())};
}

api::BytesFault Call::find_fault(const Response& response) const {
  if (spec_.operation.answer != AnswerKind::stream) return api::BytesFault::none;
  if (gate_) return gate_->fault();
  const auto fault = api::find_fault(response, context_->core->connection.compression);
  const bool login = fault == api::BytesFault::none && api::may_be_login_page(response) &&
                     api::holds_login_form(response.body);
  return login ? api::BytesFault::login_page : fault;
}

bool Call::fails_with_2xx(const Response& response) const {
  if (spec_.operation.answer == AnswerKind::stream)
    return find_fault(response) == api::BytesFault::login_page;
  return response.status != 204 && (api::is_web_page(response) || api::is_error_envelope(response));
}

void Call::require_whole(const Response& response) const {
  const api::BytesFault fault = find_fault(response);
  const char* reason = nullptr;
  if (response.status == 206)
    reason = "the server sent a part (HTTP 206), and no part was requested";
  else if (fault == api::BytesFault::status)
    reason = "only the status 200 comes with the bytes";
  else if (fault == api::BytesFault::encoded)
    reason = "the bytes are encoded, which was not requested";
  if (reason) rethrow(DecodeError({}, reason), spec_, response);
}

const auth::Redactor& Call::secrets() {
  const auth::Redactor& sent_by_all = account_->authorizer->secrets();
  if (!body_secrets_)
    body_secrets_ = spec_.body.empty() ? std::vector<Secret>() : json::secrets_in(spec_.body);
  if (body_secrets_->empty()) return sent_by_all;
  secrets_ = sent_by_all;  // anew: another attempt may have other credentials
  for (const Secret& secret : *body_secrets_) secrets_->add(secret.reveal());
  return *secrets_;
}

steady_clock::time_point Call::now() const { return http::now(context_->core->connection.retry); }

bool Call::attempts_left() const noexcept {
  return attempt_ < context_->core->connection.retry.max_attempts;
}

bool Call::repeat_after(const Response& response, Deadline deadline) {
  const RetryOptions& retry = context_->core->connection.retry;
  const int status = response.status;
  if (status == 401) {
    // Never again, but for a clock that differs: once, by the server's, at once.
    const auto problem = auth::parse_oauth_problem(response);
    if (!problem || problem->problem != "timestamp_refused" || clock_adopted_) return false;
    clock_adopted_ = account_->authorizer->adopt_clock(response);
    return clock_adopted_ && attempts_left();
  }
  if (!api::is_retryable(status, sent())) return false;
  const auto asked =
      http::parse_retry_after(response.header("Retry-After"), response.header("Date"));
  const milliseconds least = asked           ? milliseconds(*asked)
                             : status == 429 ? std::min(milliseconds(1000), retry.max_delay)
                                             : milliseconds(0);
  if (least > retry.max_retry_after) {
    // Too long for this call; the others keep away for as long as any call would wait.
    if (status == 429) account_->pause(now() + retry.max_retry_after);
    return false;
  }
  // The backoff comes on top, so that a server that always asks for too little is left alone too.
  const milliseconds delay = least + http::backoff(retry, attempt_);
  if (status != 429) return repeat_later(delay, deadline);
  account_->pause(now() + delay);
  if (!attempts_left() || delay >= deadline - now()) return false;
  wait_out_pause(deadline);
  return true;
}

bool Call::repeat_after(const TransportError& error, Deadline deadline) {
  if (!error.is_retryable()) return false;
  return repeat_later(http::backoff(context_->core->connection.retry, attempt_), deadline);
}

bool Call::repeat_later(milliseconds delay, Deadline deadline) {
  // A wait that cannot end in time is no wait: the error at once is worth more to the caller.
  if (!attempts_left() || delay >= deadline - now()) return false;
  sleep(delay);
  return true;
}

// Everybody who waits for a pause sleeps until its end and then a random part of a spread that is
// in proportion to it.  So they come back one after the other, and when the first of them is told
// to slow down again, the others find the longer pause when they wake and send nothing.
void Call::wait_out_pause(Deadline deadline) {
  const RetryOptions& retry = context_->core->connection.retry;
  while (account_->paused_until() > std::max(waited_until_, now())) {
    waited_until_ = account_->paused_until();
    const auto paused = std::chrono::ceil<milliseconds>(waited_until_ - now());
    const auto left = std::chrono::floor<milliseconds>(deadline - now());
    if (paused >= left) refuse_to_send(paused);
    const milliseconds spread = std::min(http::spread_after(retry, paused), left - paused);
    sleep(paused + http::random_part(retry, spread));
  }
}

void Call::refuse_to_send(milliseconds paused) const {
  ErrorAnswer answer;
  answer.status = 429;
  answer.method = to_string(spec_.operation.method);
  answer.path = spec_.path;
  answer.may_have_acted = may_have_acted_;
  answer.repeatable = spec_.operation.repeatable;
  answer.retry_after = std::chrono::ceil<std::chrono::seconds>(paused);
  throw ApiError(answer, answer.method + ' ' + answer.path +
                             ": not sent: the server limits the rate of these credentials (HTTP "
                             "429), for longer than this call may take: retry after " +
                             std::to_string(answer.retry_after->count()) + " s");
}

void Call::sleep(milliseconds time) const {
  if (!http::sleep_for(context_->core->connection.retry, time, context_->stop))
    throw Cancelled(may_have_acted_);
}

void Call::observe(const Response* response, std::string_view error) const noexcept {
  http::observe(context_->core->connection,
                {.method = spec_.operation.method,
                 .path = spec_.operation.path,
                 .number = attempt_,
                 .error = error,
                 .duration = steady_clock::now() - attempt_began_},
                response);
}

Response execute(const ContextPtr& context, const CallSpec& spec) {
  Call call(context, spec);
  call.start();
  return call.finish();
}

void rethrow(const DecodeError& error, const CallSpec& call, const Response& response) {
  std::string where = std::string(to_string(call.operation.method)) + ' ' + call.path;
  const std::string_view id = response.header("X-AREQUESTID");
  if (!id.empty()) where += " [request " + std::string(id.substr(0, 80)) + ']';
  const std::string_view encoding = response.header("Content-Encoding");
  if (!encoding.empty())
    where += " [Content-Encoding: " + std::string(encoding.substr(0, 40)) + ']';
  throw DecodeError(error.pointer(), error.reason(), where);
}

}  // namespace bitbucket::inline v0_1::detail
