#include "engine/call.hpp"

#include <algorithm>
#include <utility>

#include "auth/cleanse.hpp"
#include "base/repeat.hpp"
#include "engine/observe.hpp"
#include "engine/product.hpp"
#include "engine/retry.hpp"
#include "http/date.hpp"
#include "http/encoding.hpp"
#include "json/secrets.hpp"

namespace bitbucket::inline v0_1::detail {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

}  // namespace

std::string describe_call(const Context& context, const CallSpec& spec) {
  return std::string(to_string(spec.operation.method)) + ' ' + context.core->base_url + spec.path;
}

Call::Call(ContextPtr context, CallSpec spec)
    : context_(std::move(context)), spec_(std::move(spec)) {
  if (!spec_.sink) return;
  gate_.emplace(*context_->core->product, std::move(spec_.sink),
                context_->core->connection.compression);
  spec_.sink = [this](std::string_view bytes) {
    may_have_acted_ = true;
    gate_->take(bytes);
  };
}

Call::~Call() { drop_authorised(); }

// A transport overwrites the credentials of what it sends; this request was not sent.
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
  request.headers.reserve(5);
  const Secret authorization = account_->authorizer->header(request.method, request.url);
  if (!authorization.empty())
    request.headers.push_back({"Authorization", std::string(authorization.reveal())});
  request.headers.push_back({"User-Agent", core.user_agent});
  core.product->add_headers(spec_, request.headers);
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
  try {
    exchange_ = context_->core->transport->start_beside(std::move(request), std::move(company));
  } catch (const TransportError&) {  // reported like a failure of the transfer itself
    not_started_ = std::current_exception();
  }
}

void Call::authorise() noexcept {
  try {
    account_ = context_->accounts->get(now());
    authorised_ = authorised_request();
  } catch (...) {  // start() fails in the same way and reports it
  }
}

void Call::start(Company company) noexcept {
  try {
    if (context_->stop.stop_requested()) return;  // go_on() reports it
    if (!authorised_) account_ = context_->accounts->get(now());
    if (account_->pause->until() > now()) {  // go_on() waits until the pause is over
      drop_authorised();                     // because a signature ages
      return;
    }
    begin_attempt(std::move(company));
  } catch (...) {
    failure_ = std::current_exception();
  }
}

void Call::begin_time() { deadline_ = now() + context_->timeout; }

Deadline Call::due() const noexcept {
  if (!exchange_) return due_;
  // Streams are bounded by the connect and idle limits instead of the time for the whole call.
  return spec_.sink ? Deadline::max() : deadline_;
}

void Call::go_on() {
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  if (context_->stop.stop_requested()) throw Cancelled(may_have_acted_);
  if (!exchange_ && !not_started_) return send();
  const bool acted_before = may_have_acted_;
  try {
    decide(await(), acted_before);
  } catch (const TransportError& error) {
    if (!repeat_after(error)) throw;
  }
}

void Call::send() {
  wait_ = milliseconds(0);
  account_ = context_->accounts->get(now());
  if (!wait_out_pause()) begin_attempt();
}

Response Call::receive() {
  if (not_started_) std::rethrow_exception(std::exchange(not_started_, nullptr));
  const Deadline until = due();
  const auto exchange = std::move(exchange_);
  try {
    Response response = exchange->wait(until, context_->stop);
    if (gate_ && response.status / 100 == 2) gate_->end();
    return response;
  } catch (const StreamGate::Closed&) {
    return gate_->refused();
  }
}

Response Call::await() {
  try {
    Response response = receive();
    secrets().redact(response.headers);
    may_have_acted_ = may_have_acted_ || detail::may_have_acted(response.status);
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

void Call::decide(Response response, bool acted_before) {
  const Product& product = *context_->core->product;
  const BytesFault fault = find_fault(response);
  if (product.is_answer(spec_, response) && fault != BytesFault::login_page) {
    require_whole(response, fault);
    if (context_->on_answer) context_->on_answer({response.status, response.headers});
    answer_ = std::move(response);
  } else if (acted_before && spec_.operation.method == Method::del &&
             product.says_not_found(response)) {
    // If a repeated DELETE finds nothing, the first one has removed the thing.
    answer_ = Response{.status = 204, .headers = {}, .body = {}};
  } else if (!repeat_after(response)) {
    product.fail(spec_, std::move(response), sent(), secrets());
  }
}

Response Call::finish() {
  begin_time();
  while (!ended()) {
    const bool waits = !exchange_ && wait_ > milliseconds(0);
    if (waits && !sleep_for(retry(), wait_, context_->stop)) throw Cancelled(may_have_acted_);
    go_on();
  }
  return take();
}

/// Returns why a 2xx answer is not the requested bytes.
BytesFault Call::find_fault(const Response& response) const {
  if (spec_.operation.answer != AnswerKind::stream || response.status / 100 != 2)
    return BytesFault::none;
  if (gate_) return gate_->fault();
  const Product& product = *context_->core->product;
  const auto fault = product.find_fault(response, context_->core->connection.compression);
  const bool login = fault == BytesFault::none && product.may_be_login_page(response) &&
                     product.holds_login_form(response.body);
  return login ? BytesFault::login_page : fault;
}

void Call::require_whole(const Response& response, BytesFault fault) const {
  const char* reason = nullptr;
  if (response.status == 206)
    reason = "the server sent a part (HTTP 206), but no part was requested";
  else if (fault == BytesFault::status)
    reason = "the requested bytes come only with the status 200";
  else if (fault == BytesFault::encoded)
    reason = "the bytes have an encoding that was not requested";
  if (reason) rethrow(DecodeError({}, reason), *context_, spec_, response);
}

Sent Call::sent() const noexcept {
  // A second transfer would give the sink the same bytes again.
  return {may_have_acted_, spec_.operation.repeatable && !(gate_ && gate_->is_open())};
}

const auth::Redactor& Call::secrets() {
  const auth::Redactor& sent_by_all = account_->authorizer->secrets();
  if (!body_secrets_)
    body_secrets_ = spec_.body.empty() ? std::vector<Secret>() : json::secrets_in(spec_.body);
  if (body_secrets_->empty()) return sent_by_all;
  secrets_ = sent_by_all;  // made again, because each attempt may have other credentials
  for (const Secret& secret : *body_secrets_) secrets_->add(secret.reveal());
  return *secrets_;
}

steady_clock::time_point Call::now() const { return detail::now(retry()); }

const RetryOptions& Call::retry() const noexcept { return context_->core->connection.retry; }

bool Call::attempts_left() const noexcept { return attempt_ < retry().max_attempts; }

void Call::wait_for(milliseconds time) {
  wait_ = time;
  due_ = now() + time;
}

bool Call::repeat_with_clock_of(const Response& response) {
  if (clock_adopted_ || !context_->core->product->refuses_timestamp(response)) return false;
  clock_adopted_ = account_->authorizer->adopt_clock(response);
  if (!clock_adopted_ || !attempts_left()) return false;
  wait_for(milliseconds(0));
  return true;
}

bool Call::repeat_after(const Response& response) {
  const int status = response.status;
  // A 401 is repeated only when the clocks differ: once and immediately.
  if (status == 401) return repeat_with_clock_of(response);
  if (!is_retryable(status, sent())) return false;
  const auto asked =
      http::parse_retry_after(response.header("Retry-After"), response.header("Date"));
  const milliseconds least = asked           ? milliseconds(*asked)
                             : status == 429 ? std::min(milliseconds(1000), retry().max_delay)
                                             : milliseconds(0);
  if (least > retry().max_retry_after) {
    // The wait is too long for this call.  Other calls pause for as long as any call would wait.
    if (status == 429) account_->pause->extend(now() + retry().max_retry_after);
    return false;
  }
  // The backoff is added, so that a server that always asks for too short a wait gets a rest too.
  const milliseconds delay = least + backoff(retry(), attempt_);
  if (status != 429) return repeat_later(delay);
  account_->pause->extend(now() + delay);
  if (!attempts_left() || delay >= deadline_ - now()) return false;
  if (!wait_out_pause()) wait_for(milliseconds(0));
  return true;
}

bool Call::repeat_after(const TransportError& error) {
  if (!error.is_retryable()) return false;
  return repeat_later(backoff(retry(), attempt_));
}

bool Call::repeat_later(milliseconds delay) {
  // A wait that cannot end in time is useless: the caller gets the error at once.
  if (!attempts_left() || delay >= deadline_ - now()) return false;
  wait_for(delay);
  return true;
}

// A call that meets a pause waits until the pause ends, and then for a random part of a spread that
// is proportional to the pause.  So the calls come back one after the other, and when the server
// tells the first of them to slow down again, the others see the longer pause and send nothing.
bool Call::wait_out_pause() {
  const auto until = account_->pause->until();
  if (until <= std::max(waited_until_, now())) return false;
  waited_until_ = until;
  const auto paused = std::chrono::ceil<milliseconds>(until - now());
  const auto left = std::chrono::floor<milliseconds>(deadline_ - now());
  if (paused >= left) refuse_to_send(paused);
  const milliseconds spread = std::min(spread_after(retry(), paused), left - paused);
  wait_for(paused + random_part(retry(), spread));
  return true;
}

void Call::refuse_to_send(milliseconds paused) const {
  ErrorAnswer answer;
  answer.status = 429;
  answer.method = to_string(spec_.operation.method);
  answer.path = spec_.path;
  answer.retry_after = std::chrono::ceil<std::chrono::seconds>(paused);
  answer.may_have_acted = may_have_acted_;
  answer.repeatable = sent().repeatable;
  throw ApiError(answer, answer.method + ' ' + answer.path +
                             ": not sent: the server limits the rate of these credentials (HTTP "
                             "429), for longer than this call may take: retry after " +
                             std::to_string(answer.retry_after->count()) + " s");
}

void Call::observe(const Response* response, std::string_view error) const noexcept {
  detail::observe(*context_->core,
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

void rethrow(const DecodeError& error, const Context& context, const CallSpec& call,
             const Response& response) {
  std::string where = std::string(to_string(call.operation.method)) + ' ' + call.path;
  const std::string_view id = response.header(context.core->product->request_id_header());
  if (!id.empty()) where += " [request " + std::string(id.substr(0, 80)) + ']';
  const std::string_view encoding = response.header("Content-Encoding");
  if (!encoding.empty())
    where += " [Content-Encoding: " + std::string(encoding.substr(0, 40)) + ']';
  throw DecodeError(error.pointer(), error.reason(), where);
}

}  // namespace bitbucket::inline v0_1::detail
