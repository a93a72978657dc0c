#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <simdjson.h>

#include <bitbucket/json.hpp>

#include "json/place.hpp"

// The part of the Reader that knows no type: one document, strings, numbers, raw text.

namespace bitbucket::inline v0_1::json {

namespace ondemand = simdjson::ondemand;

/// A value about to be read and where it is.
struct Cursor {
  ondemand::value value;
  const Place& at;
  const char* next = nullptr;  ///< the token behind the value, where that is known
};

/// Throws the DecodeError for what the parser found.
[[noreturn]] void fail_parse(const Place& at, simdjson::error_code error);
/// Throws "expected a string, found null" and the like.
[[noreturn]] void fail_type(const Place& at, std::string_view expected, char first);
/// The same for a number that cannot be stored; `token` tells which complaint is the right one.
[[noreturn]] void fail_integer(const Place& at, std::string_view token);
/// Throws for what is nested too deeply.
[[noreturn]] void fail_depth(const Place& at);

[[gnu::always_inline]] inline void check(simdjson::error_code error, const Place& at) {
  if (error) [[unlikely]]
    fail_parse(at, error);
}

/// Returns the first character of a value, which tells its type.
[[gnu::always_inline]] inline char first_of(Cursor& in) noexcept {
  return *in.value.raw_json_token().data();
}

/// Returns the token behind a string, number, boolean or null.
[[gnu::always_inline]] inline const char* behind(Cursor& in) noexcept {
  const std::string_view token = in.value.raw_json_token();
  return token.data() + token.size();
}

/// Returns the token behind a comma, brace or bracket; at the end of a document it is the padding.
[[gnu::always_inline]] inline const char* token_behind(const char* at) noexcept {
  do ++at;
  while (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t');
  return at;
}

/// Passes over a null; anything else that begins like one is an error.
bool take_null(Cursor in);
/// Returns the text of a string with escapes.
std::string_view unescaped(Cursor in);

// The functions that run for every member are inlined by force: compilers judge them by what they
// have for the rare cases.  What handles those takes a copy of the cursor, so that the cursor
// itself can live in registers.
[[gnu::always_inline]] inline bool is_null(Cursor& in) {
  return first_of(in) == 'n' && take_null(in);
}

/// Tells whether a text may have a backslash.  It looks at whole blocks, the last of which reaches
/// behind the text and perhaps into the padding of the body: what it finds there is a false alarm.
[[gnu::always_inline]] inline bool may_have_escapes(std::string_view text) noexcept {
  using Block [[gnu::vector_size(16)]] = unsigned char;
  using Halves [[gnu::vector_size(16)]] = std::uint64_t;
  Block found{};
  const char* at = text.data();
  const char* const end = at + text.size();
  do {
    Block block;
    std::memcpy(&block, at, sizeof block);
    found |= Block(block == static_cast<unsigned char>('\\'));
    at += sizeof block;
  } while (at < end);
  const Halves halves = Halves(found);
  return (halves[0] | halves[1]) != 0;
}

/// Returns the text of a string.  It is a view into the body unless the string has escapes.
[[gnu::always_inline]] inline std::string_view text_of(Cursor& in) {
  // The token ends where the next one begins, so that the closing quote need not be searched.
  std::string_view token = in.value.raw_json_token();
  if (token.front() != '"') [[unlikely]]
    fail_type(in.at, "a string", token.front());
  const char* const next = token.data() + token.size();
  while (token.back() != '"') token.remove_suffix(1);  // white space
  token = token.substr(1, token.size() - 2);
  if (may_have_escapes(token) && std::memchr(token.data(), '\\', token.size())) [[unlikely]]
    return unescaped(in);
  in.next = next;
  ondemand::raw_json_string consumed;
  check(in.value.get_raw_json_string().get(consumed), in.at);
  return token;
}

/// Gives a string its text, which has readable memory behind it.  Strings are most of what there is
/// to read; an assignment would also care for texts that are part of the string, and keep memory
/// that it has, which it seldom does.
[[gnu::always_inline]] inline void assign(std::string& out, std::string_view text) {
  const std::size_t in_place = std::string().capacity();
  if (text.size() <= in_place) {
    // A copy whose length is known while compiling, and never an allocation, which could fail.
    std::destroy_at(&out);
    std::construct_at(&out, text.data(), in_place)->resize(text.size());
  } else {
    std::string fresh(text);
    std::destroy_at(&out);
    std::construct_at(&out, std::move(fresh));
  }
}

[[gnu::always_inline]] inline bool read_bool(Cursor& in) {
  bool value = false;
  if (in.value.get_bool().get(value)) [[unlikely]]
    fail_type(in.at, "true or false", first_of(in));
  in.next = behind(in);
  return value;
}

[[gnu::always_inline]] inline std::int64_t read_int64(Cursor& in) {
  std::int64_t number = 0;
  if (in.value.get_int64().get(number)) [[unlikely]]
    fail_integer(in.at, in.value.raw_json_token());
  in.next = behind(in);
  return number;
}
std::uint64_t read_uint64(Cursor& in);
double read_double(Cursor& in);
/// Returns the text of any value, without the white space around it.  Throws if it is not JSON.
std::string_view read_raw(Cursor& in);

/// Accounts for memory that a value takes beside its text.  A struct is larger than "{}", so that
/// without a bound a body of 64 MiB could become 20 GiB.
void spend(const Place& at, std::size_t bytes);

/// Starts an object or array inside `in`; refuses what lies too deep.
[[gnu::always_inline]] inline ondemand::object start_object(Cursor& in) {
  if (in.at.depth >= max_depth) [[unlikely]]
    fail_depth(in.at);
  if (const char first = first_of(in); first != '{') [[unlikely]]
    fail_type(in.at, "an object", first);
  ondemand::object object;
  check(in.value.get_object().get(object), in.at);
  return object;
}
ondemand::array start_array(Cursor& in);

/// Resolves the escapes of what stands between two quotes.  `out` has room for it and the padding.
std::string_view unescape(std::string_view raw, char* out, const Place& at);
/// Appends a member to the text of an object, "" being one without members.
void append_member(RawJson& object, std::string_view raw_key, std::string_view raw_value);

/// A body being read.  At most one per thread at a time.
class Document {
 public:
  /// Gives `body` the spare capacity that the parser needs.
  explicit Document(std::string& body);
  ~Document();
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  ondemand::object object();
  ondemand::array array();
  /// Returns where the value begins.
  [[nodiscard]] const char* begin() const noexcept { return begin_; }
  /// Throws when anything follows the value.
  void expect_end();
  [[nodiscard]] const Place& root() const noexcept { return root_; }

 private:
  Place root_;
  ondemand::document document_;
  const char* begin_ = nullptr;
};

}  // namespace bitbucket::inline v0_1::json
