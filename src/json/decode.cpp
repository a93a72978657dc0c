#include "json/decode.hpp"

#include <algorithm>
#include <charconv>
#include <new>
#include <system_error>

#include <nlohmann/json.hpp>

#include <bitbucket/error.hpp>

#include "base/ascii.hpp"
#include "base/trim.hpp"
#include "json/scan.hpp"

namespace bitbucket::inline v0_1::json {
namespace {

// One parser per thread: its buffer is what makes the first answer slower than the others.  What it
// keeps between two answers is bounded; the buffer takes four bytes per byte of a body.
constexpr std::size_t kept_capacity = std::size_t{1} << 20;
thread_local std::unique_ptr<simdjson::internal::dom_parser_implementation> thread_parser;
thread_local std::string thread_text;  // of a string with escapes

void drop_large_memory() noexcept {
  if (thread_parser && thread_parser->capacity() > kept_capacity) thread_parser.reset();
  if (thread_text.capacity() > kept_capacity) std::string().swap(thread_text);
}

/// Finds the tokens of a body.
simdjson::error_code find_tokens(std::string_view body) {
  constexpr std::size_t no_depth = 1;  // the parser only finds tokens
  auto& parser = thread_parser;
  simdjson::error_code error = simdjson::SUCCESS;
  if (!parser)
    error = simdjson::get_active_implementation()->create_dom_parser_implementation(
        body.size(), no_depth, parser);
  else if (parser->capacity() < body.size())
    error = parser->allocate(body.size(), no_depth);
  if (error) return error;
  return parser->stage1(reinterpret_cast<const std::uint8_t*>(body.data()), body.size(),
                        simdjson::stage1_mode::regular);
}

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

/// Returns false when the token is not a number of this type.
template <class I>
bool parse_integer(std::string_view token, I& out) noexcept {
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), out);
  return error == std::errc() && end == token.data() + token.size();
}

bool is_integer(std::string_view token) noexcept {
  if (token.starts_with('-')) token.remove_prefix(1);
  if (token.empty() || (token.size() > 1 && token.front() == '0')) return false;
  return token.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Returns the token behind an object or array, of which only the brackets are counted.
Token skip(Cursor in) {
  for (std::size_t open = 0;; ++in.token) {
    const char first = first_of(in);
    if (first == '{' || first == '[') ++open;
    if (first == '}' || first == ']') --open;
    if (open == 0) return in.token + 1;
    if (first == '\0') fail_grammar(in.at);  // perhaps the end
  }
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

void fail_grammar(const Place& at) { fail(at, "not valid JSON"); }

void fail_integer(const Cursor& in) {
  const std::string_view token = scalar_of(in);
  if (is_integer(token)) fail(in.at, "the number is out of range");
  const char first = first_of(in);
  if (kind(first) == "a number") fail(in.at, "expected an integer, found another number");
  fail_type(in.at, "an integer", first);
}

std::string_view scalar_of(const Cursor& in) noexcept {
  return detail::trim({begin_of(in), static_cast<std::size_t>(behind(in) - begin_of(in))});
}

void require_null(const Cursor& in) {
  if (scalar_of(in) != "null") fail_grammar(in.at);
}

std::string_view unescaped(const Cursor& in, std::string_view raw) {
  thread_text.resize(raw.size() + simdjson::SIMDJSON_PADDING);
  return unescape(raw, thread_text.data(), in.at);
}

bool read_bool(Cursor& in) {
  const std::string_view token = scalar_of(in);
  const char first = first_of(in);
  if (first != 't' && first != 'f') fail_type(in.at, "true or false", first);
  if (token != "true" && token != "false") fail_grammar(in.at);
  ++in.token;
  return token == "true";
}

std::int64_t read_large_int64(const Cursor& in) {
  std::int64_t number = 0;
  const std::string_view token = scalar_of(in);
  if (!is_integer(token) || !parse_integer(token, number)) fail_integer(in);
  return number;
}

std::uint64_t read_uint64(Cursor& in) {
  std::uint64_t number = 0;
  const std::string_view token = scalar_of(in);
  // "-0" is a zero to every other reader.
  if (token != "-0" && (!is_integer(token) || !parse_integer(token, number))) fail_integer(in);
  ++in.token;
  return number;
}

double read_double(Cursor& in) {
  const char first = first_of(in);
  if (kind(first) != "a number") fail_type(in.at, "a number", first);
  const std::string_view token = scalar_of(in);
  // nlohmann's parser treats a NUL as the end of its input.
  const auto number = is_value(token) ? nlohmann::json::parse(token, nullptr, false) : nullptr;
  if (!number.is_number()) fail(in.at, "the number is malformed or out of range");
  ++in.token;
  return number.get<double>();
}

std::string_view read_raw(Cursor& in) {
  const char first = first_of(in);
  if (!starts_value(first)) fail_type(in.at, "a value", first);
  const char* const begin = begin_of(in);
  in.token = first == '{' || first == '[' ? skip(in) : in.token + 1;
  const std::string_view text =
      detail::trim({begin, static_cast<std::size_t>(begin_of(in) - begin)});
  if (!is_value(text)) fail_grammar(in.at);
  return text;
}

void spend(const Place& at, std::size_t bytes) {
  if (bytes > memory_left) fail(at, "too many values for a body of this size");
  memory_left -= bytes;
}

std::string_view unescape(std::string_view raw, char* out, const Place& at) {
  thread_local simdjson::ondemand::parser parser;  // needs no capacity for this
  if (parser.capacity() == 0)
    if (const auto error = parser.allocate(1)) fail_parse(at, error);
  const simdjson::ondemand::raw_json_string quoted(
      reinterpret_cast<const std::uint8_t*>(raw.data()));
  auto* to = reinterpret_cast<std::uint8_t*>(out);
  std::string_view text;
  if (const auto error = parser.unescape(quoted, to).get(text)) fail_parse(at, error);
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
  body_ = body.data();
  memory_left = free_memory + memory_per_byte * size;
  if (const auto error = find_tokens(body)) {
    drop_large_memory();
    fail_parse(root_, error);
  }
  const std::size_t tokens = thread_parser->n_structural_indexes;
  // Two sentinels, because reading a scalar also looks at the next token.
  std::fill_n(thread_parser->structural_indexes.get() + tokens, 2,
              static_cast<std::uint32_t>(size));
  first_ = thread_parser->structural_indexes.get();
  end_ = first_ + tokens;
}

Document::~Document() { drop_large_memory(); }

void Document::expect_end(const Cursor& in) const {
  if (in.token != end_) fail(root_, "something follows the value");
}

}  // namespace bitbucket::inline v0_1::json
