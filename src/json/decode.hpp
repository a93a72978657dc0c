#pragma once

#include <bit>
#include <cstddef>
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
//
// simdjson finds where each token of a body begins: each bracket, comma and colon, each string and
// each other scalar.  The Reader follows these tokens and checks the grammar as it goes.  The last
// token is followed by a NUL, which the grammar never accepts.

namespace bitbucket::inline v0_1::json {

/// Points to the offset of a token in the body; the offset of the next token follows.
using Token = const std::uint32_t*;

/// A value and where it is.  Reading the value moves the cursor to the token behind it.
struct Cursor {
  const char* body;
  Token token;
  const Place& at;
};

/// Throws the DecodeError for what simdjson found.
[[noreturn]] void fail_parse(const Place& at, simdjson::error_code error);
/// Throws the DecodeError for a misplaced or malformed token.
[[noreturn]] void fail_grammar(const Place& at);
/// Throws "expected a string, found null" and the like.
[[noreturn]] void fail_type(const Place& at, std::string_view expected, char first);
/// Throws for a value that is no integer or cannot be stored.
[[noreturn]] void fail_integer(const Cursor& in);
/// Throws for what is nested too deeply.
[[noreturn]] void fail_depth(const Place& at);

// The functions that run for every member are inlined by force, because compilers count the rare
// paths against inlining.

/// Returns where the token begins.
[[gnu::always_inline]] inline const char* begin_of(const Cursor& in) noexcept {
  return in.body + in.token[0];
}
/// Returns where the next token begins; at the end of a document, where the document ends.
[[gnu::always_inline]] inline const char* behind(const Cursor& in) noexcept {
  return in.body + in.token[1];
}
/// Returns the first character of a token, which tells its type.
[[gnu::always_inline]] inline char first_of(const Cursor& in) noexcept { return *begin_of(in); }

/// Returns the text of a scalar, without the white space behind it.
std::string_view scalar_of(const Cursor& in) noexcept;

/// Refuses a token that begins with "n" but is not null.
void require_null(const Cursor& in);

/// Passes over a null.
[[gnu::always_inline]] inline bool is_null(Cursor& in) {
  if (first_of(in) != 'n') [[likely]]
    return false;
  require_null(in);
  ++in.token;
  return true;
}

/// Returns the text of a string with escapes.  The next such text replaces it.
std::string_view unescaped(const Cursor& in, std::string_view raw);

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
  const char* const begin = begin_of(in);
  if (*begin != '"') [[unlikely]]
    fail_type(in.at, "a string", *begin);
  // Only white space can stand between the closing quote and the next token.
  const char* end = behind(in) - 1;
  while (*end != '"') --end;
  const std::string_view text(begin + 1, static_cast<std::size_t>(end - begin - 1));
  if (may_have_escapes(text) && std::memchr(text.data(), '\\', text.size())) [[unlikely]] {
    const std::string_view clear = unescaped(in, text);
    ++in.token;
    return clear;
  }
  ++in.token;
  return text;
}

/// Gives a string its text, which has readable memory behind it.  Most members are strings.  A
/// plain assignment would also handle text that is part of the string, and reuse the string's
/// memory, but the string seldom has any.
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

bool read_bool(Cursor& in);

/// Reads eight digits at once, and nothing when these eight characters are not all digits.
[[gnu::always_inline]] inline void take_eight_digits(const char*& at,
                                                     std::int64_t& number) noexcept {
  if constexpr (std::endian::native != std::endian::little) return;
  constexpr std::uint64_t ones = 0x0101010101010101;
  std::uint64_t digits = 0;
  std::memcpy(&digits, at, sizeof digits);
  // The upper half of a digit is 3, even after 6 is added to it.
  if ((digits & ones * 0xf0) != ones * 0x30 || ((digits + ones * 6) & ones * 0xf0) != ones * 0x30)
    return;
  // The first character is the lowest byte.  Adjacent digits become numbers of 2, 4 and 8 digits.
  digits = (digits & ones * 0x0f) * (10 * 0x100 + 1) >> 8;
  digits = (digits & 0x00ff00ff00ff00ff) * (100 * 0x10000 + 1) >> 16;
  digits = (digits & 0x0000ffff0000ffff) * (10000 * 0x100000000 + 1) >> 32;
  number = static_cast<std::int64_t>(digits);
  at += sizeof digits;
}

/// Reads an integer of any size, or refuses the value.
std::int64_t read_large_int64(const Cursor& in);

[[gnu::always_inline]] inline std::int64_t read_int64(Cursor& in) {
  constexpr std::ptrdiff_t safe_digits = 18;  // no number of 18 digits is too large
  const char* at = begin_of(in);
  const bool negative = *at == '-';
  at += negative ? 1 : 0;
  const char* const digits = at;
  std::int64_t number = 0;
  take_eight_digits(at, number);  // a timestamp has 13
  for (; at - digits < safe_digits && *at >= '0' && *at <= '9'; ++at)
    number = number * 10 + (*at - '0');
  const bool whole = at == behind(in) || *at == ' ' || *at == '\n' || *at == '\r' || *at == '\t';
  if (!whole || at == digits || (*digits == '0' && at - digits > 1)) [[unlikely]]
    number = read_large_int64(in);
  else if (negative)
    number = -number;
  ++in.token;
  return number;
}
std::uint64_t read_uint64(Cursor& in);
double read_double(Cursor& in);
/// Returns the text of any value, without the white space around it.  Throws if it is not JSON.
std::string_view read_raw(Cursor& in);

/// Accounts for memory that a value takes beside its text.  A struct is larger than "{}", so that
/// without a bound a body of 64 MiB could become 20 GiB.
void spend(const Place& at, std::size_t bytes);

/// Moves the cursor into an object or array; refuses what lies too deep.
[[gnu::always_inline]] inline void enter(Cursor& in, char brace, std::string_view kind) {
  if (in.at.depth >= max_depth) [[unlikely]]
    fail_depth(in.at);
  if (const char first = first_of(in); first != brace) [[unlikely]]
    fail_type(in.at, kind, first);
  ++in.token;
}

/// Resolves the escapes of what stands between two quotes.  `out` has room for it and the padding.
std::string_view unescape(std::string_view raw, char* out, const Place& at);
/// Appends a member to the text of an object, "" being one without members.
void append_member(RawJson& object, std::string_view raw_key, std::string_view raw_value);

/// A body being read.  At most one per thread at a time.
class Document {
 public:
  /// Gives `body` the spare capacity that the Reader needs.
  explicit Document(std::string& body);
  ~Document();
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  /// Returns the root value.
  [[nodiscard]] Cursor value() const noexcept { return {body_, first_, root_}; }
  /// Throws when anything follows the value, which `in` has read.
  void expect_end(const Cursor& in) const;

 private:
  Place root_;
  const char* body_;
  Token first_ = nullptr, end_ = nullptr;
};

}  // namespace bitbucket::inline v0_1::json
