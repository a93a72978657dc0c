#include "faults/expectations.hpp"

namespace bitbucket::test {
namespace {

namespace faults = testing::faults;
using Place = testing::Fault::Place;
using Kind = TransportError::Kind;
using namespace std::chrono_literals;

const Expected served{Outcome::served};

template <Kind K>
bool has_kind(const Error& error) {
  return dynamic_cast<const TransportError&>(error).kind() == K;
}
template <int Status>
bool has_status(const Error& error) {
  return dynamic_cast<const ApiError&>(error).status() == Status;
}

/// Expects the same for every kind of answer.
FaultCase same(std::string name, testing::Fault fault, const Expected& expected,
               Repeated repeated = Repeated::never) {
  return {.name = std::move(name),
          .fault = std::move(fault),
          .json = expected,
          .nothing = expected,
          .bytes = expected,
          .repeated = repeated};
}

FaultCase broken(std::string name, testing::Fault fault, const Expected& expected,
                 Repeated repeated = Repeated::if_repeatable) {
  FaultCase out = same(std::move(name), std::move(fault), expected, repeated);
  out.breaks = true;
  return out;
}

/// Expects what a complete answer that is not JSON leads to.
FaultCase unreadable(std::string name, testing::Fault fault) {
  FaultCase out = same(std::move(name), std::move(fault), served);
  out.json = {Outcome::decode, "cannot decode the answer"};
  return out;
}

FaultCase silent(std::string name, testing::Fault fault) {
  FaultCase out =
      broken(std::move(name), std::move(fault),
             {Outcome::transport, "time allowed", has_kind<Kind::timeout>}, Repeated::never);
  out.timeout = 100ms;
  return out;
}

template <class... More>
void append(std::vector<FaultCase>& out, More&&... more) {
  (out.push_back(std::forward<More>(more)), ...);
}

void add_answers(std::vector<FaultCase>& out) {
  const Expected limited{Outcome::api, "HTTP 429",
                         [](const Error& e) { return e.is_rate_limited() && e.is_retryable(); }};
  append(out, same("TooManyRequests", faults::too_many_requests(2s), limited, Repeated::always),
         same("TooManyRequestsSaysNotWhen", faults::too_many_requests(), limited, Repeated::always),
         same("TooManyRequestsUntilSoon", faults::too_many_requests("soon"), limited,
              Repeated::always),
         same("TooManyRequestsForAYear", faults::too_many_requests("31000000"), limited),
         same("Captcha", faults::captcha_required(),
              {Outcome::api, "captcha",
               [](const Error& e) {
                 return e.is_unauthenticated() &&
                        dynamic_cast<const ApiError&>(e).is_captcha_required();
               }}),
         same("Xsrf", faults::xsrf_refused(),
              {Outcome::api, "HTTP 403", [](const Error& e) { return e.is_forbidden(); }}),
         same("Conflict", faults::version_conflict(7),
              {Outcome::api, "out-of-date",
               [](const Error& e) {
                 const auto& error = dynamic_cast<const ApiError&>(e);
                 return e.is_conflict() && error.has_exception("PullRequestOutOfDateException") &&
                        error.errors().at(0).extras.text.find("\"currentVersion\":7") !=
                            std::string::npos;
               }}),
         same("LoginPage", faults::login_page(),
              {Outcome::api, "asks for a login",
               [](const Error& e) { return e.is_unauthenticated(); }}),
         same("LoginRedirect", faults::login_redirect(),
              {Outcome::api, "asks for a login",
               [](const Error& e) { return e.is_unauthenticated(); }}),
         same("Xml", faults::xml_error(500), {Outcome::api, "HTTP 500", has_status<500>}),
         same("NoSuchRoute", faults::no_such_route(),
              {Outcome::api, "no such API",
               [](const Error& e) {
                 return e.is_not_found() && dynamic_cast<const ApiError&>(e).is_unrouted();
               }}),
         same("DeadLink", faults::dead_link(),
              {Outcome::api, "text/html", [](const Error& e) { return e.is_not_found(); }}),
         same("NoSuchEntity", faults::no_such_entity(),
              {Outcome::api, "There is no such thing",
               [](const Error& e) {
                 return e.is_not_found() && !dynamic_cast<const ApiError&>(e).is_unrouted();
               }}),
         same("Teapot", faults::answer(418, {{"Content-Type", "text/plain"}}, "short and stout"),
              {Outcome::api, "HTTP 418", has_status<418>}),
         same("Unavailable", faults::server_error(503), {Outcome::api, "HTTP 503", has_status<503>},
              Repeated::if_repeatable),
         same("InternalError", faults::server_error(500),
              {Outcome::api, "HTTP 500", has_status<500>}));
  FaultCase empty = unreadable("Empty", faults::empty_answer());
  empty.absent = served;
  out.push_back(empty);
  // The client does not request compression.
  FaultCase gzip = unreadable("Gzip", faults::gzip());
  gzip.bytes = {Outcome::decode, "Content-Encoding: gzip"};
  FaultCase bomb = unreadable("GzipBomb", faults::gzip_bomb(std::size_t{64} << 20));
  bomb.bytes = gzip.bytes;
  append(out, gzip, bomb,
         same("UnrequestedPart", faults::partial_content(), {Outcome::decode, "HTTP 206"}));
}

testing::Fault json_answer(int status, std::string body) {
  return faults::answer(status, {{"Content-Type", "application/json;charset=UTF-8"}},
                        std::move(body));
}

/// JSON that is broken where nobody looks, or is not what was requested.
void add_broken_json(std::vector<FaultCase>& out) {
  const std::pair<const char*, const char*> broken_bodies[] = {
      {"BracketsThatDoNotMatch", R"({"zz":[1,{"id":"b"}},"size":0,"isLastPage":true,"values":[]})"},
      {"TextThatBecomesAKey", R"({"zz":"b":1},"size":0,"isLastPage":true,"values":[]})"},
      {"NoLiteral", R"({"zz":[tru],"size":0,"isLastPage":true,"values":[]})"}};
  for (const auto& [name, body] : broken_bodies) {
    FaultCase each = unreadable(name, json_answer(200, body));
    each.json.gist = "not valid JSON";
    out.push_back(each);
  }
  FaultCase empty = unreadable("EmptyObject", json_answer(200, "{}"));
  empty.json.gist = "the member is missing";
  empty.unidentified = served;
  out.push_back(empty);
  const std::string error = R"({"errors":[{"message":"There is no such thing"}]})";
  FaultCase success = same("ErrorWith200", json_answer(200, error),
                           {Outcome::api, "HTTP 200: There is no such thing", has_status<200>});
  success.bytes = served;  // they may be JSON
  out.push_back(success);
  const Expected not_found{Outcome::api, "HTTP 404", [](const Error& e) {
                             return e.is_not_found() &&
                                    !dynamic_cast<const ApiError&>(e).is_unrouted();
                           }};
  append(out, same("TruncatedError", json_answer(404, error.substr(0, 30)), not_found),
         same("ErrorBehindAByteOrderMark", json_answer(404, "\xef\xbb\xbf" + error), not_found),
         same("ErrorInLatin1",
              json_answer(404, R"({"errors":[{"message":"caf)"
                               "\xe9\"}]}"),
              not_found));
}

void add_lengths(std::vector<FaultCase>& out) {
  const Expected cut{Outcome::transport, "ended too early", has_kind<Kind::cut>};
  const Expected malformed{Outcome::transport, "", has_kind<Kind::malformed>};
  FaultCase small = unreadable("LengthTooSmall", faults::wrong_length(-10));
  small.breaks = true;  // ten bytes are left in the connection
  append(
      out, small, broken("LengthTooLarge", faults::wrong_length(10), cut),
      broken("LengthNoNumber", faults::length_text("many"), malformed, Repeated::never),
      broken("LengthNegative", faults::length_text("-5"), malformed, Repeated::never),
      broken("LengthList", faults::length_text("5, 99"), malformed, Repeated::never),
      broken("LengthBeyondCounting", faults::length_text("9223372036854775808"), malformed,
             Repeated::never),
      broken("ForeignTransferEncoding", faults::transfer_encoding(), malformed, Repeated::never),
      broken("ChunksAndALength", faults::transfer_encoding("chunked"), malformed, Repeated::never),
      broken("CutBehindTheStatusLine", faults::cut_head(17), cut),
      broken("CutWithinAHeader", faults::cut_head(40), cut),
      broken("TwoLengths", faults::two_lengths(1),
             {Outcome::transport, "two different Content-Lengths", has_kind<Kind::malformed>},
             Repeated::never),
      same("TheSameLengthTwice", faults::two_lengths(0), served),
      broken("CutBeforeTheBody", faults::cut_body(), cut),
      broken("CutWithinTheBody", faults::cut_body(1000), cut),
      broken("Overlong", faults::overlong_body("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
             served, Repeated::never));
  FaultCase endless = broken("NoLength", faults::no_length(), served, Repeated::never);
  endless.bytes = {Outcome::transport, "does not say where it ends", has_kind<Kind::malformed>};
  out.push_back(endless);
}

void add_late(std::vector<FaultCase>& out) {
  FaultCase answer = broken(
      "LateAnswer", faults::late_bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 1ms),
      served, Repeated::never);
  FaultCase body = unreadable("LateBodyOfNoContent", faults::late_bytes("{\"size\":1}", 1ms));
  body.fault.answer = testing::FaultAnswer{.status = 204};
  body.absent = served;
  body.breaks = true;
  for (FaultCase* each : {&answer, &body}) each->speaks_later = true;
  append(out, answer, body);
}

void add_silences(std::vector<FaultCase>& out) {
  const Expected reset{Outcome::transport, "connection", has_kind<Kind::reset>};
  append(out, broken("ResetBefore", faults::reset(Place::before), reset),
         broken("ResetInHead", faults::reset(Place::head), reset),
         broken("ResetAfterHead", faults::reset(Place::after_head), reset),
         broken("ResetInBody", faults::reset(Place::body), reset),
         broken("ResetAfter", faults::reset(Place::after), served, Repeated::never),
         silent("StallBefore", faults::stall(Place::before)),
         silent("StallInHead", faults::stall(Place::head)),
         silent("StallAfterHead", faults::stall(Place::after_head)),
         silent("StallInBody", faults::stall(Place::body)),
         silent("Drip", faults::slow_drip(1, 5ms)),
         same("DripOfLargePieces", faults::slow_drip(20'000, 1ms), served));
  FaultCase later = same("StallAfter", faults::stall(Place::after), served);
  later.silent_later = true;
  out.push_back(later);
}

void add_endless(std::vector<FaultCase>& out) {
  const Expected large{Outcome::transport, "larger than", has_kind<Kind::too_large>};
  append(out, same("Continue", faults::interim_answers(100), served),
         same("EarlyHints", faults::interim_answers(103, 3), served),
         broken("FloodOfContinues", faults::interim_answers(100, 100'000), large, Repeated::never),
         broken("EndlessHeaders", faults::endless_headers(), large, Repeated::never),
         broken("EndlessBody", faults::endless_body(), large, Repeated::never),
         broken("BadStatusLine", faults::bad_status_line(),
                {Outcome::transport, "not HTTP", has_kind<Kind::malformed>}, Repeated::never));
}

}  // namespace

const Expected& FaultCase::of(AnswerKind kind, bool identified) const {
  switch (kind) {
    case AnswerKind::nothing:
      return nothing;
    case AnswerKind::stream:
      return bytes;
    case AnswerKind::optional:
      return absent ? *absent : json;
    case AnswerKind::value:
    case AnswerKind::array:
    case AnswerKind::page:
      break;
  }
  if (!identified && unidentified) return *unidentified;
  return json;
}

const std::vector<FaultCase>& fault_cases() {
  static const auto cases = [] {
    std::vector<FaultCase> out;
    add_answers(out);
    add_broken_json(out);
    add_lengths(out);
    add_late(out);
    add_silences(out);
    add_endless(out);
    return out;
  }();
  return cases;
}

}  // namespace bitbucket::test
