#include "json/decode.hpp"

#include <cstddef>
#include <new>

#include <bitbucket/error.hpp>

#include "base/ascii.hpp"
#include "base/trim.hpp"
#include "json/scan.hpp"

namespace bitbucket::inline v0_1::json {
namespace {

// One parser per thread: its buffers are what makes the first answer slower than the others.  What
// it keeps between two answers is bounded; the buffers take about six bytes per byte of a body.
constexpr std::size_t kept_capacity = std::size_t{1} << 20;
thread_local ondemand::parser thread_parser;

// What elements may take: honest ones need up to about twice their text.
constexpr std::size_t free_memory = std::size_t{16} << 20;
constexpr std::size_t memory_per_byte = 8;
thread_local std::size_t memory_left = 0;

std::string_view kind(char first) noexcept {
  switch (first) {
    case '{':
      return "an object";
    case '[':
      return "an array";
    case '"':
      return "a string";
    case 't':
    case 'f':
      return "a boolean";
    case 'n':
      return "null";
    case '-':
      return "a number";
    default:
      return detail::is_digit(first) ? "a number" : "something that is not JSON";
  }
}

bool starts_value(char first) noexcept { return kind(first) != "something that is not JSON"; }

bool is_integer(std::string_view token) noexcept {
  if (token.starts_with('-')) token.remove_prefix(1);
  if (token.empty() || (token.size() > 1 && token.front() == '0')) return false;
  return token.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

void fail_parse(const Place& at, simdjson::error_code error) {
  switch (error) {
    case simdjson::MEMALLOC:
      throw std::bad_alloc();
    case simdjson::EMPTY:
      fail(at, "the body is empty");
    case simdjson::UTF8_ERROR:
      fail(at, "the body is not UTF-8");
    case simdjson::UNCLOSED_STRING:
      fail(at, "a string is not closed");
    case simdjson::UNESCAPED_CHARS:
      fail(at, "a string has a control character");
    case simdjson::STRING_ERROR:
      fail(at, "a string has a wrong escape");
    case simdjson::CAPACITY:
      fail(at, "the body is too large");
    default:
      fail(at, "not valid JSON");
  }
}

void fail_type(const Place& at, std::string_view expected, char first) {
  fail(at, "expected " + std::string(expected) + ", found " + std::string(kind(first)));
}

void fail_depth(const Place& at) { fail(at, "nested too deeply"); }

void fail_integer(const Place& at, std::string_view token) {
  token = detail::trim(token);
  if (is_integer(token)) fail(at, "the number is out of range");
  if (kind(token.front()) == "a number") fail(at, "expected an integer, found another number");
  fail_type(at, "an integer", token.front());
}

bool take_null(Cursor in) {
  bool null = false;
  check(in.value.is_null().get(null), in.at);
  return null;
}

std::string_view unescaped(Cursor in) {
  std::string_view text;
  check(in.value.get_string().get(text), in.at);
  return text;
}

std::uint64_t read_uint64(Cursor& in) {
  std::uint64_t number = 0;
  if (!in.value.get_uint64().get(number)) [[likely]]
    return number;
  // "-0" is a zero to every other reader.
  const std::int64_t other = read_int64(in);
  if (other != 0) fail(in.at, "the number is out of range");
  return 0;
}

double read_double(Cursor& in) {
  double number = 0;
  if (in.value.get_double().get(number)) [[unlikely]] {
    const char first = first_of(in);
    if (kind(first) == "a number") fail(in.at, "the number is malformed or out of range");
    fail_type(in.at, "a number", first);
  }
  return number;
}

std::string_view read_raw(Cursor& in) {
  const char first = first_of(in);
  std::string_view text;
  if (first == '{') {
    ondemand::object object;
    check(in.value.get_object().get(object), in.at);
    check(object.raw_json().get(text), in.at);
  } else if (first == '[') {
    ondemand::array array;
    check(in.value.get_array().get(array), in.at);
    check(array.raw_json().get(text), in.at);
  } else {
    if (!starts_value(first)) fail_type(in.at, "a value", first);
    text = in.value.raw_json_token();
    in.next = text.data() + text.size();
    // A string that is left where it is and has a colon behind it would be taken for a key.
    ondemand::raw_json_string consumed;
    if (first == '"') check(in.value.get_raw_json_string().get(consumed), in.at);
  }
  text = detail::trim(text);
  // The parser only counts brackets, of either kind, in what it skips.
  if (!is_value(text)) fail_parse(in.at, simdjson::TAPE_ERROR);
  return text;
}

void spend(const Place& at, std::size_t bytes) {
  if (bytes > memory_left) fail(at, "too many values for a body of this size");
  memory_left -= bytes;
}

ondemand::array start_array(Cursor& in) {
  if (in.at.depth >= max_depth) fail_depth(in.at);
  if (const char first = first_of(in); first != '[') [[unlikely]]
    fail_type(in.at, "an array", first);
  ondemand::array array;
  check(in.value.get_array().get(array), in.at);
  return array;
}

std::string_view unescape(std::string_view raw, char* out, const Place& at) {
  const ondemand::raw_json_string key(reinterpret_cast<const std::uint8_t*>(raw.data()));
  auto* to = reinterpret_cast<std::uint8_t*>(out);
  std::string_view text;
  check(thread_parser.unescape(key, to).get(text), at);
  return text;
}

void append_member(RawJson& object, std::string_view raw_key, std::string_view raw_value) {
  std::string& text = object.text;
  if (text.empty())
    text = '{';
  else
    text.back() = ',';  // instead of the closing brace
  text += '"';
  text += raw_key;
  text += "\":";
  text += raw_value;
  text += '}';
}

Document::Document(std::string& body) {
  if (body.capacity() - body.size() < simdjson::SIMDJSON_PADDING)
    body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
  // What is looked at behind the body is always the same.
  const std::size_t size = body.size();
  body.append(simdjson::SIMDJSON_PADDING, '\0');
  body.resize(size);
  const std::size_t start = body.find_first_not_of(detail::white_space);
  if (start == std::string::npos) fail(root_, "the body is empty");
  begin_ = body.data() + start;
  memory_left = free_memory + memory_per_byte * body.size();
  const simdjson::padded_string_view view(body.data(), body.size(), body.capacity());
  check(thread_parser.iterate(view).get(document_), root_);
}

Document::~Document() {
  if (thread_parser.capacity() > kept_capacity) thread_parser = ondemand::parser();
}

ondemand::object Document::object() {
  if (*begin_ != '{') fail_type(root_, "an object", *begin_);
  ondemand::object object;
  check(document_.get_object().get(object), root_);
  return object;
}

ondemand::array Document::array() {
  if (*begin_ != '[') fail_type(root_, "an array", *begin_);
  ondemand::array array;
  check(document_.get_array().get(array), root_);
  return array;
}

void Document::expect_end() {
  if (document_.current_location().error() != simdjson::OUT_OF_BOUNDS)
    fail(root_, "something follows the value");
}

}  // namespace bitbucket::inline v0_1::json
