#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

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
};

/// Throws the DecodeError for what the parser found.
[[noreturn]] void fail_parse(const Place& at, simdjson::error_code error);
/// Throws "expected a string, found null" and the like.
[[noreturn]] void fail_type(const Place& at, std::string_view expected, char first);
/// The same for a number that cannot be stored; `token` tells which complaint is the right one.
[[noreturn]] void fail_integer(const Place& at, std::string_view token);

[[gnu::always_inline]] inline void check(simdjson::error_code error, const Place& at) {
  if (error) [[unlikely]]
    fail_parse(at, error);
}

/// Returns the first character of a value, which tells its type.
[[gnu::always_inline]] inline char first_of(Cursor& in) noexcept {
  return *in.value.raw_json_token().data();
}

/// Passes over a null; anything else that begins like one is an error.
bool take_null(Cursor& in);
/// Returns the text of a string with escapes.
std::string_view unescaped(Cursor& in);

// The three functions that run for every member are inlined by force: compilers judge them by what
// they have for the rare cases.
[[gnu::always_inline]] inline bool is_null(Cursor& in) {
  return first_of(in) == 'n' && take_null(in);
}

/// Returns the text of a string.  It is a view into the body unless the string has escapes.
[[gnu::always_inline]] inline std::string_view text_of(Cursor& in) {
  // The token ends where the next one begins, so that the closing quote need not be searched.
  std::string_view token = in.value.raw_json_token();
  if (token.front() != '"') [[unlikely]]
    fail_type(in.at, "a string", token.front());
  while (token.back() != '"') token.remove_suffix(1);  // white space
  token = token.substr(1, token.size() - 2);
  if (!token.empty() && std::memchr(token.data(), '\\', token.size())) [[unlikely]]
    return unescaped(in);
  ondemand::raw_json_string consumed;
  check(in.value.get_raw_json_string().get(consumed), in.at);
  return token;
}

std::int64_t read_int64(Cursor& in);
std::uint64_t read_uint64(Cursor& in);
double read_double(Cursor& in);
bool read_bool(Cursor& in);
/// Returns the text of any value, without the white space around it.
std::string_view read_raw(Cursor& in);

/// Accounts for memory that a value takes beside its text.  A struct is larger than "{}", so that
/// without a bound a body of 64 MiB could become 20 GiB.
void spend(const Place& at, std::size_t bytes);

/// Starts an object or array inside `in`; refuses what lies too deep.
ondemand::object start_object(Cursor& in);
ondemand::array start_array(Cursor& in);

/// Returns the key as it stands between its quotes.
std::string_view raw_key(const char* key) noexcept;
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
  /// Throws when anything follows the value.
  void expect_end();
  [[nodiscard]] const Place& root() const noexcept { return root_; }

 private:
  Place root_;
  ondemand::document document_;
  char first_ = 0;
};

}  // namespace bitbucket::inline v0_1::json
