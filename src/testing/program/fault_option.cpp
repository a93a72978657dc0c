#include "testing/program/fault_option.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace bitbucket::inline v0_1::testing::program {
namespace {

/// What follows NAME= ; each reader has a value for when nothing does.
struct FaultValue {
  std::string name;
  std::optional<std::string> text;

  [[noreturn]] void refuse(const std::string& wanted) const {
    throw std::invalid_argument("the fault " + name + " takes " + wanted + ", not \"" +
                                text.value_or("") + '"');
  }
  [[nodiscard]] std::int64_t number(std::int64_t otherwise, std::int64_t least = 0) const {
    if (!text) return otherwise;
    std::int64_t out = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), out);
    if (error != std::errc() || end != text->data() + text->size() || out < least ||
        out > (std::int64_t{1} << 40)) {
      refuse("a number");
    }
    return out;
  }
  [[nodiscard]] int status(int otherwise) const {
    const std::int64_t out = number(otherwise);
    if (out < 100 || out > 999) refuse("a status");
    return static_cast<int>(out);
  }
  [[nodiscard]] Fault::Place place() const {
    const std::string at = text.value_or("before");
    if (at == "before") return Fault::Place::before;
    if (at == "head") return Fault::Place::head;
    if (at == "after-head") return Fault::Place::after_head;
    if (at == "body") return Fault::Place::body;
    if (at == "after") return Fault::Place::after;
    refuse("before, head, after-head, body or after");
  }
  [[nodiscard]] std::string words(const std::string& otherwise = {}) const {
    return text.value_or(otherwise);
  }
};

struct Known {
  std::string_view name, value, help;
  Fault (*make)(const FaultValue&);
};

constexpr std::int64_t any_number = std::numeric_limits<std::int64_t>::min();

// clang-format off
constexpr Known all_known[] = {
    {"too-many-requests", "[=TEXT]", "429 with this Retry-After", [](const FaultValue& v) { return faults::too_many_requests(v.words()); }},
    {"captcha", "", "401 that asks for a captcha", [](const FaultValue&) { return faults::captcha_required(); }},
    {"xsrf", "", "403 XSRF check failed", [](const FaultValue&) { return faults::xsrf_refused(); }},
    {"conflict", "[=VERSION]", "409 with this currentVersion", [](const FaultValue& v) { return faults::version_conflict(static_cast<int>(v.number(1))); }},
    {"login-page", "", "200 with the HTML of the login page", [](const FaultValue&) { return faults::login_page(); }},
    {"login-redirect", "", "302 to the login page", [](const FaultValue&) { return faults::login_redirect(); }},
    {"xml", "[=STATUS]", "an error in XML with this status (500)", [](const FaultValue& v) { return faults::xml_error(v.status(500)); }},
    {"no-such-route", "", "404 from the router", [](const FaultValue&) { return faults::no_such_route(); }},
    {"dead-link", "", "404 with an HTML page", [](const FaultValue&) { return faults::dead_link(); }},
    {"no-such-entity", "", "404 for a missing entity", [](const FaultValue&) { return faults::no_such_entity(); }},
    {"empty", "", "200 with no body", [](const FaultValue&) { return faults::empty_answer(); }},
    {"server-error", "[=STATUS]", "this status with an HTML page (503)", [](const FaultValue& v) { return faults::server_error(v.status(503)); }},
    {"gzip", "", "the answer in gzip", [](const FaultValue&) { return faults::gzip(); }},
    {"gzip-bomb", "[=BYTES]", "gzip that unpacks into this many bytes of JSON", [](const FaultValue& v) { return faults::gzip_bomb(static_cast<std::size_t>(v.number(std::int64_t{64} << 20))); }},
    {"wrong-length", "[=OFF]", "a Content-Length that is wrong by this much (-1)", [](const FaultValue& v) { return faults::wrong_length(v.number(-1, any_number)); }},
    {"length", "[=TEXT]", "this text as the Content-Length", [](const FaultValue& v) { return faults::length_text(v.words("many")); }},
    {"two-lengths", "[=OFF]", "a second Content-Length that is this much larger (1)", [](const FaultValue& v) { return faults::two_lengths(v.number(1, any_number)); }},
    {"transfer-encoding", "[=CODING]", "this coding with a length, and half the body (identity)", [](const FaultValue& v) { return faults::transfer_encoding(v.words("identity")); }},
    {"no-length", "", "no length: the body ends with the connection", [](const FaultValue&) { return faults::no_length(); }},
    {"part", "", "206 with a Content-Range", [](const FaultValue&) { return faults::partial_content(); }},
    {"cut-head", "[=BYTES]", "the connection ends after this many bytes of the head (17)", [](const FaultValue& v) { return faults::cut_head(static_cast<std::size_t>(v.number(17))); }},
    {"cut", "[=BYTES]", "the connection ends after this many bytes of the body (0)", [](const FaultValue& v) { return faults::cut_body(static_cast<std::size_t>(v.number(0))); }},
    {"overlong", "[=TEXT]", "this text after the end of the body", [](const FaultValue& v) { return faults::overlong_body(v.words("surplus")); }},
    {"late", "[=MS]", "another answer this many milliseconds later (1)", [](const FaultValue& v) { return faults::late_bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", std::chrono::milliseconds(v.number(1))); }},
    {"reset", "[=PLACE]", "a reset: before, head, after-head, body, after", [](const FaultValue& v) { return faults::reset(v.place()); }},
    {"stall", "[=PLACE]", "silence from this place on", [](const FaultValue& v) { return faults::stall(v.place()); }},
    {"drip", "[=MS]", "a byte at a time, this many milliseconds apart (100)", [](const FaultValue& v) { return faults::slow_drip(1, std::chrono::milliseconds(v.number(100))); }},
    {"interim", "[=COUNT]", "this many 100 Continue before the answer (1)", [](const FaultValue& v) { return faults::interim_answers(100, static_cast<std::size_t>(v.number(1))); }},
    {"endless-headers", "", "headers without end", [](const FaultValue&) { return faults::endless_headers(); }},
    {"endless-body", "", "a body without end", [](const FaultValue&) { return faults::endless_body(); }},
    {"bad-status-line", "", "a status line that is not HTTP", [](const FaultValue&) { return faults::bad_status_line(); }},
};
// clang-format on

Fault parse_name(const std::string& word) {
  const auto equal = word.find('=');
  FaultValue value{word.substr(0, equal), {}};
  if (equal != std::string::npos) value.text = word.substr(equal + 1);
  for (const Known& known : all_known) {
    if (known.name != value.name) continue;
    if (value.text && known.value.empty())
      throw std::invalid_argument("the fault " + value.name + " takes no value");
    return known.make(value);
  }
  std::string all;
  for (const Known& known : all_known) all += (all.empty() ? "" : ", ") + std::string(known.name);
  throw std::invalid_argument("there is no fault \"" + value.name + "\"; there are " + all);
}

int parse_times(const std::string& word) {
  int times = 0;
  const char* end = word.data() + word.size();
  const auto [at, error] = std::from_chars(word.data() + 1, end, times);
  if (!word.starts_with('x') || error != std::errc() || at != end || times < 0)
    throw std::invalid_argument("\"" + word + "\" is not of the form xTIMES");
  return times;
}

}  // namespace

FaultRule parse_fault(const std::string& text) {
  std::istringstream in(text);
  const std::vector<std::string> words{std::istream_iterator<std::string>(in), {}};
  if (words.size() < 3 || words.size() > 4)
    throw std::invalid_argument("\"" + text +
                                "\" is not of the form 'METHOD PATH NAME[=VALUE] [xTIMES]'");
  FaultRule out;
  if (words[0] != "ANY") out.method = words[0];
  if (words[1] != "*") out.path = words[1];
  out.fault = parse_name(words[2]);
  if (words.size() == 4) out.times = parse_times(words[3]);
  return out;
}

std::string known_faults() {
  std::string out;
  for (const Known& known : all_known) {
    std::string line = "  " + std::string(known.name) + std::string(known.value);
    line.resize(std::max<std::size_t>(line.size() + 1, 27), ' ');
    out.append(line).append(known.help).append(1, '\n');
  }
  return out;
}

}  // namespace bitbucket::inline v0_1::testing::program
