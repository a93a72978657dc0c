#pragma once

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <bitbucket/boxed.hpp>
#include <bitbucket/codec.hpp>
#include <bitbucket/ids.hpp>
#include <bitbucket/open_enum.hpp>
#include <bitbucket/secret.hpp>

#include "json/decode.hpp"
#include "json/fields.hpp"
#include "json/time.hpp"
#include "json/walk.hpp"

// The Reader: fills structs from JSON through their lists of members.
//
// Members that are absent or null keep their default; of two members with one name the last wins.
// A required member that is absent or null, a wrong type and a number out of range are a
// DecodeError.  What is skipped must be JSON and is not looked into any further.

namespace bitbucket::inline v0_1::json {

class Rows;

/// Puts the default of one field back.
struct FieldReset {
  std::size_t index;
  void* member;  // of the type that the field `index` has
  std::size_t at = 0;
  template <class M>
  void operator()(const char*, M& fresh) {
    if (at++ == index) *static_cast<M*>(member) = std::move(fresh);
  }
  inline void operator()(const char*, Rows&);
  template <class M>
  void required(const char* name, M& fresh) {
    (*this)(name, fresh);
  }
  template <class List>
  void nested(const char*, List&&) {
    ++at;  // each of its members has its own reset
  }
  void others(RawJson&) {}
};

template <class T>
void read(Cursor& in, T& out);
template <class T>
void read(Cursor& in, std::vector<T>& out);
template <class T>
void read(Cursor& in, std::optional<T>& out);
template <class T>
void read(Cursor& in, Boxed<T>& out);

void read(Cursor& in, Secret& out);

[[gnu::always_inline]] inline void read(Cursor& in, std::string& out) { assign(out, text_of(in)); }
[[gnu::always_inline]] inline void read(Cursor& in, bool& out) { out = read_bool(in); }
inline void read(Cursor& in, double& out) { out = read_double(in); }
inline void read(Cursor& in, RawJson& out) { out.text = read_raw(in); }

/// Reads the other form of times.
void read_iso8601(Cursor& in, Time& out);
[[gnu::always_inline]] inline void read(Cursor& in, Time& out) {
  if (first_of(in) != '"') [[likely]]
    out = Time(std::chrono::milliseconds(read_int64(in)));
  else
    read_iso8601(in, out);
}

template <std::integral I>
[[gnu::always_inline]] inline void read(Cursor& in, I& out) {
  if constexpr (std::unsigned_integral<I>) {
    const std::uint64_t number = read_uint64(in);
    if (number > std::numeric_limits<I>::max()) fail(in.at, "the number is out of range");
    out = static_cast<I>(number);
  } else {
    const std::int64_t number = read_int64(in);
    if (number < std::numeric_limits<I>::min() || number > std::numeric_limits<I>::max())
      fail(in.at, "the number is out of range");
    out = static_cast<I>(number);
  }
}

template <detail::FixedString P, Conversion C>
void read(Cursor& in, NumericId<P, C>& out) {
  out.value = read_int64(in);
}

template <class E>
void read(Cursor& in, Open<E>& out) {
  out = Open<E>(text_of(in));
}

/// Reads the value of the member `name`, which is the next one, and moves on.
template <class M>
[[gnu::noinline]] void read_member(Walk& walk, std::string_view name, M& member) {
  Cursor in = walk.take(name);
  if (!is_null(in)) read(in, member);
  walk.step(in);
}
/// The same for a member that must not be null.
template <class M>
[[gnu::noinline]] void read_required(Walk& walk, std::string_view name, M& member) {
  Cursor in = walk.take(name);
  read(in, member);
  walk.step(in);
}

/// Looks for a required field that was not read.
struct Missing {
  const Walk& walk;
  std::uint64_t seen;
  std::size_t index = 0;
  template <class M>
  void operator()(const char*, M&) {
    ++index;
  }
  template <class M>
  void required(const char* name, M&) {
    if (!(seen & (std::uint64_t{1} << (index++ % 64)))) walk.fail_missing(name);
  }
  template <class List>
  void nested(const char*, List&&) {
    ++index;
  }
  void others(RawJson&) {}
};

/// Tells how many rows the arrays of a struct will have; for those that say so before the rows
/// come.
template <class T>
void expect_rows(Walk&, const T&) noexcept {}

/// Visits a field list again and again, each field comparing its name with the key that comes next:
/// a document in the order of the list costs one comparison per field.
template <class T>
class Members {
 public:
  Members(T& out, Walk& walk) : out_(out), walk_(walk) {}

  [[gnu::noinline]] void read() {
    while (!walk_.done()) {
      const char* before = walk_.key();
      visit();
      if (walk_.key() == before) unknown();
    }
    Missing missing{walk_, seen_};
    fields(out_, missing);
  }

  template <std::size_t N, class M>
  [[gnu::always_inline]] void operator()(const char (&name)[N], M& member) {
    read_if_next(name, member, read_member<M>);
  }
  template <std::size_t N, class M>
  [[gnu::always_inline]] void required(const char (&name)[N], M& member) {
    read_if_next(name, member, read_required<M>);
  }
  template <std::size_t N, class List>
  void nested(const char (&name)[N], List&& list) {
    Nested<List> inner{list};
    read_if_next(name, inner, read_member<Nested<List>>);
  }
  void others(RawJson&) {}

 private:
  template <std::size_t N, class M, class Read>
  [[gnu::always_inline]] void read_if_next(const char (&name)[N], M& member, Read read_value) {
    static_assert(N <= simdjson::SIMDJSON_PADDING);
    const char* key = walk_.key();
    if (std::memcmp(key, name, N - 1) == 0 && key[N - 1] == '"') {
      // Fields that share a bit in a very long list do no harm: to reset one that was not read
      // changes nothing.
      const std::uint64_t bit = std::uint64_t{1} << (index_ % 64);
      if (seen_ & bit) [[unlikely]]
        reset(&member);
      seen_ |= bit;
      expect_rows(walk_, out_);
      read_value(walk_, {name, N - 1}, member);
    }
    ++index_;
  }

  void visit() {
    index_ = 0;
    fields(out_, *this);
  }

  [[gnu::noinline]] void reset(void* member) {
    if constexpr (std::is_default_constructible_v<T>) {
      T fresh{};
      FieldReset visitor{index_, member};
      fields(fresh, visitor);
    }
  }

  /// No field has the key.  One with escapes is given another round in clear.
  [[gnu::noinline]] void unknown() {
    const std::string_view key = walk_.raw_key();
    const ClearKey clear(key, *walk_.place().up);
    if (clear.had_escapes()) {
      walk_.respell(clear.data());
      visit();
      if (walk_.key() != clear.data()) return;
    }
    Cursor in = walk_.take(clear.text());
    const std::string_view value = read_raw(in);
    RestOf rest;
    fields(out_, rest);
    if (rest.raw) append_member(*rest.raw, key, value);
    walk_.step(in);
  }

  T& out_;
  Walk& walk_;
  std::size_t index_ = 0;   // of the field being visited
  std::uint64_t seen_ = 0;  // which fields had a key already
};

/// Room that elements get before they proved to be what they should be.
inline constexpr std::size_t max_reserve = 1024;

/// Calls `read_one`, which reads one value, with the Cursor of each element.
template <class F>
[[gnu::always_inline]] inline void each_element(Cursor& in, F read_one) {
  enter(in, '[', "an array");
  Place element{.up = &in.at, .depth = in.at.depth + 1};
  if (first_of(in) == ']') {
    ++in.token;
    return;
  }
  for (char separator = ','; separator == ','; ++in.token, ++element.index) {
    Cursor item{in.body, in.token, element};
    read_one(item);
    in.token = item.token;
    separator = first_of(in);
    if (separator != ',' && separator != ']') [[unlikely]]
      fail_grammar(in.at);
  }
}

template <class T>
void read_elements(Cursor& in, std::vector<T>& out) {
  out.reserve(std::min(in.at.expected, max_reserve));
  each_element(in, [&](Cursor& item) {
    spend(item.at, sizeof(T));
    if constexpr (std::same_as<T, bool>) {  // has no elements to refer to
      bool read_here = false;
      read(item, read_here);
      out.push_back(read_here);
    } else {
      read(item, out.emplace_back());
    }
  });
}

/// Refers to a vector of rows of any type.  The code that reads the array or the page around the
/// rows is therefore compiled once, not for each type.
class Rows {
 public:
  Rows() = default;
  template <class T>
  explicit Rows(std::vector<T>& out)
      : out_(&out),
        clear_([](void* rows) { static_cast<std::vector<T>*>(rows)->clear(); }),
        read_([](Cursor& in, void* rows) {
          read_elements(in, *static_cast<std::vector<T>*>(rows));
        }) {}
  void clear() { clear_(out_); }
  void read(Cursor& in) { read_(in, out_); }

 private:
  void* out_ = nullptr;
  void (*clear_)(void* rows) = nullptr;
  void (*read_)(Cursor& in, void* rows) = nullptr;
};

inline void read(Cursor& in, Rows& out) { out.read(in); }

void FieldReset::operator()(const char*, Rows&) {
  if (at++ == index) static_cast<Rows*>(member)->clear();
}

void read_array(std::string& body, Rows out);

/// Reads an object.
template <class T>
void read_members(Cursor& in, T& out) {
  static_assert(HasFields<T>, "this type has no list of members: write fields() for it");
  Walk walk(in);
  Members<T>(out, walk).read();
  in.token = walk.next();
}

/// Reads a struct: one of another header through its codec.
template <class T>
void read(Cursor& in, T& out) {
  if constexpr (detail::OfTheLibrary<T>)
    detail::codec_of<T>().read_member(in, out);
  else
    read_members(in, out);
}

template <class T>
void read(Cursor& in, std::vector<T>& out) {
  read_elements(in, out);
}

template <class T>
void read(Cursor& in, std::optional<T>& out) {
  if (!is_null(in)) read(in, out.emplace());
}

template <class T>
void read(Cursor& in, Boxed<T>& out) {
  if (is_null(in)) return;
  spend(in.at, sizeof(T));
  read(in, out.emplace());
}

/// Reads a whole document; what `out` had before is gone.
template <class T>
void read_document(std::string& body, T& out) {
  out = T{};
  const Document document(body);
  Cursor in = document.value();
  read_members(in, out);
  document.expect_end(in);
}

/// Reads a document that is an array; what `out` had before is gone.
template <class T>
void read_document(std::string& body, std::vector<T>& out) {
  read_array(body, Rows(out));
}

/// Keeps the text as it came once it proved to be JSON.
void read_document(std::string& body, RawJson& out);
/// Reads a document that is one string.
void read_document(std::string& body, std::string& out);

}  // namespace bitbucket::inline v0_1::json
