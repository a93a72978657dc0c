#include <bitbucket/testing/fault.hpp>

#include "testing/faults/gzip.hpp"

// What a real Bitbucket says when it goes wrong, as text; nothing here needs a server.
namespace bitbucket::inline v0_1::testing::faults {
namespace {

using Wire = Fault::Wire;

constexpr const char* json_type = "application/json;charset=UTF-8";
constexpr const char* html_type = "text/html;charset=UTF-8";
constexpr const char* java_package = "com.atlassian.bitbucket.";

std::string page(const std::string& title, const std::string& text) {
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><title>" + title + "</title></head><body>" +
         text + "</body></html>\n";
}

Fault plain(std::string name, int status, const std::string& type, std::string body) {
  return {.name = std::move(name),
          .answer = FaultAnswer{status, {{"Content-Type", type}}, std::move(body)}};
}

/// Bitbucket's `errors` with one entry; `more` are further members of it.
Fault refusal(std::string name, int status, const std::string& exception,
              const std::string& message, const std::string& more = {}) {
  Fault out = plain(std::move(name), status, json_type,
                    R"({"errors":[{"context":null,"message":")" + message +
                        R"(","exceptionName":")" + java_package + exception + '"' + more + "}]}");
  out.of_bitbucket = true;
  return out;
}

Fault on_the_wire(std::string name, Wire wire, std::int64_t amount = 0) {
  Fault out{.name = std::move(name)};
  out.wire = wire;
  out.amount = amount;
  return out;
}

}  // namespace

Fault too_many_requests(std::chrono::seconds retry_after) {
  return too_many_requests(std::to_string(retry_after.count()));
}

Fault too_many_requests(const std::string& retry_after) {
  Fault out = refusal("too-many-requests", 429, "ratelimit.RateLimitedException",
                      "You have exceeded the rate limit for this server.");
  if (!retry_after.empty()) out.answer->headers.emplace_back("Retry-After", retry_after);
  return out;
}

Fault captcha_required() {
  Fault out =
      refusal("captcha", 401, "auth.CaptchaRequiredAuthenticationException",
              "CAPTCHA required. Your Bitbucket account has been marked as requiring a CAPTCHA.");
  out.answer->headers.emplace_back("WWW-Authenticate", "Basic realm=\"Atlassian Bitbucket\"");
  out.answer->headers.emplace_back("X-Authentication-Denied-Reason",
                                   "CAPTCHA_CHALLENGE; login-url=/login");
  return out;
}

Fault xsrf_refused() { return plain("xsrf", 403, html_type, "XSRF check failed"); }

Fault version_conflict(int current_version) {
  return refusal("conflict", 409, "pull.PullRequestOutOfDateException",
                 "You are attempting to modify a pull request based on out-of-date information.",
                 ",\"currentVersion\":" + std::to_string(current_version) +
                     ",\"expectedVersion\":" + std::to_string(current_version - 1));
}

Fault login_page() {
  return plain("login-page", 200, html_type,
               page("Log in - Bitbucket",
                    "<form class=\"aui\" action=\"/j_atl_security_check\" method=\"post\">"
                    "<h2>Log in</h2></form>"));
}

Fault login_redirect() {
  return {.name = "login-redirect",
          .answer = FaultAnswer{302, {{"Location", "/login?next=/projects"}}, {}}};
}

Fault xml_error(int status) {
  const std::string number = std::to_string(status);
  return plain("xml", status, "application/xml;charset=UTF-8",
               R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?><status><status-code>)" +
                   number + "</status-code><message>HTTP " + number + "</message></status>");
}

Fault no_such_route() {
  return plain("no-such-route", 404, json_type,
               R"({"message":"HTTP 404 Not Found","status-code":404,"sub-code":-1})");
}

Fault dead_link() {
  return plain("dead-link", 404, html_type,
               page("Not found", "<h1>Oops, you've found a dead link.</h1>"));
}

Fault no_such_entity() {
  return refusal("no-such-entity", 404, "NoSuchEntityException", "There is no such thing.");
}

Fault empty_answer() { return {.name = "empty", .answer = FaultAnswer{}}; }

Fault server_error(int status) {
  const std::string number = std::to_string(status);
  return plain("server-error", status, "text/html", page(number, "<h1>" + number + "</h1>"));
}

Fault answer(int status, std::vector<std::pair<std::string, std::string>> headers,
             std::string body) {
  return {.name = "answer", .answer = FaultAnswer{status, std::move(headers), std::move(body)}};
}

Fault gzip() { return on_the_wire("gzip", Wire::gzip); }

Fault gzip_bomb(std::size_t unpacked) {
  Fault out = plain("gzip-bomb", 200, json_type, embedded::gzip_bomb(unpacked));
  out.answer->headers.emplace_back("Content-Encoding", "gzip");
  return out;
}

Fault wrong_length(std::int64_t off) { return on_the_wire("wrong-length", Wire::length_off, off); }

Fault length_text(const std::string& text) {
  Fault out = on_the_wire("length", Wire::length_text);
  out.text = text;
  return out;
}

Fault two_lengths(std::int64_t off) { return on_the_wire("two-lengths", Wire::two_lengths, off); }

Fault transfer_encoding(const std::string& coding) {
  Fault out = on_the_wire("transfer-encoding", Wire::coding);
  out.text = coding;
  return out;
}

Fault no_length() { return on_the_wire("no-length", Wire::no_length); }

Fault partial_content() { return on_the_wire("part", Wire::part); }

Fault cut_head(std::size_t after) {
  return on_the_wire("cut-head", Wire::cut_head, static_cast<std::int64_t>(after));
}

Fault cut_body(std::size_t after) {
  return on_the_wire("cut", Wire::cut, static_cast<std::int64_t>(after));
}

Fault overlong_body(const std::string& surplus) {
  Fault out = on_the_wire("overlong", Wire::overlong);
  out.text = surplus;
  return out;
}

Fault late_bytes(const std::string& surplus, std::chrono::milliseconds after) {
  Fault out = on_the_wire("late", Wire::late);
  out.text = surplus;
  out.interval = after;
  return out;
}

Fault reset(Fault::Place place) {
  Fault out = on_the_wire("reset", Wire::reset);
  out.place = place;
  return out;
}

Fault stall(Fault::Place place) {
  Fault out = on_the_wire("stall", Wire::stall);
  out.place = place;
  return out;
}

Fault slow_drip(std::size_t bytes, std::chrono::milliseconds interval) {
  Fault out = on_the_wire("drip", Wire::drip, static_cast<std::int64_t>(bytes));
  out.interval = interval;
  return out;
}

Fault interim_answers(int status, std::size_t count) {
  Fault out = on_the_wire("interim", Wire::interim, static_cast<std::int64_t>(count));
  out.text = std::to_string(status);
  return out;
}

Fault endless_headers() { return on_the_wire("endless-headers", Wire::endless_headers); }

Fault endless_body() { return on_the_wire("endless-body", Wire::endless_body); }

Fault bad_status_line(const std::string& line) {
  Fault out = on_the_wire("bad-status-line", Wire::status_line);
  out.text = line;
  return out;
}

}  // namespace bitbucket::inline v0_1::testing::faults
