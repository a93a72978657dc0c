#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <bitbucket/boxed.hpp>
#include <bitbucket/ids.hpp>
#include <bitbucket/model/change.hpp>
#include <bitbucket/model/common.hpp>
#include <bitbucket/open_enum.hpp>
#include <bitbucket/secret.hpp>

#include "json/decode.hpp"

// The Reader: fills structs from JSON through their field lists,
//
//   template <class F> void fields(Branch& b, F& f) { f("id", b.id); f("displayId", b.display_id);
//   ... }
//
// A list may end with `f.others(raw)`, which collects the members that it does not name.
//
// Absent and null members keep their default; of two members with one name the last wins.  A wrong
// type and a number out of range are a DecodeError.  What is skipped is not looked into.

namespace bitbucket::inline v0_1::json {

/// Looks at a field list: how many fields, and where the other members go.
struct FieldCount {
  std::size_t count = 0;
  RawJson* rest = nullptr;
  template <class M>
  void operator()(const char*, M&) {
    ++count;
  }
  void others(RawJson& raw) { rest = &raw; }
};

/// Puts the default of one field back.
struct FieldReset {
  std::size_t index;
  void* member;  // of the type that the field `index` has
  std::size_t at = 0;
  template <class M>
  void operator()(const char*, M& fresh) {
    if (at++ == index) *static_cast<M*>(member) = std::move(fresh);
  }
  void others(RawJson&) {}
};

template <class T>
concept HasFields = requires(T& t, FieldCount& f) {
  fields(t, f);
};

template <HasFields T>
void read(Cursor& in, T& out);
template <class T>
void read(Cursor& in, std::vector<T>& out);
template <class T>
void read(Cursor& in, std::optional<T>& out);
template <class T>
void read(Cursor& in, Boxed<T>& out);

void read(Cursor& in, Secret& out);
void read(Cursor& in, Timestamp& out);
void read(Cursor& in, Links& out);
void read(Cursor& in, RepoPath& out);

inline void read(Cursor& in, std::string& out) { out = text_of(in); }
inline void read(Cursor& in, bool& out) { out = read_bool(in); }
inline void read(Cursor& in, double& out) { out = read_double(in); }
inline void read(Cursor& in, RawJson& out) { out.text = read_raw(in); }

template <std::integral I>
void read(Cursor& in, I& out) {
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

template <detail::FixedString P>
void read(Cursor& in, NumericId<P>& out) {
  out.value = read_int64(in);
}

template <class E>
void read(Cursor& in, Open<E>& out) {
  out = Open<E>(text_of(in));
}

/// Visits a field list again and again, each field comparing its name with the key that comes next:
/// a document in the order of the list costs one comparison per field.
template <class T>
class Members {
 public:
  Members(T& out, const Place& object) : out_(out), place_{&object, {}, 0, object.depth + 1} {
    FieldCount count;
    fields(out_, count);
    count_ = count.count;
    rest_ = count.rest;
  }

  void read(ondemand::object object) {
    check(object.begin().get(next_), *place_.up);
    check(object.end().get(end_), *place_.up);
    take();
    while (!done_) {
      index_ = 0;
      fields(out_, *this);
    }
  }

  template <std::size_t N, class M>
  void operator()(const char (&name)[N], M& member) {
    // The parser's padding is what a comparison may read behind the end of a document.
    static_assert(N <= simdjson::SIMDJSON_PADDING);
    if (done_) return;
    if (matches(name)) {
      place_.name = {name, N - 1};
      value(member);
      advance();
    } else if (++misses_ == count_) {
      unknown();
    }
    ++index_;
  }
  void others(RawJson&) {}

 private:
  template <std::size_t N>
  [[nodiscard]] bool matches(const char (&name)[N]) const noexcept {
    if (unescaped_) [[unlikely]]
      return *unescaped_ == std::string_view(name, N - 1);
    return std::memcmp(key_, name, N - 1) == 0 && key_[N - 1] == '"';
  }

  template <class M>
  void value(M& member) {
    // Fields that share a bit in a very long list do no harm: to reset one that was not read
    // changes nothing.
    const std::uint64_t bit = std::uint64_t{1} << (index_ % 64);
    if (seen_ & bit) [[unlikely]]
      reset(&member);
    seen_ |= bit;
    Cursor in{field_.value(), place_};
    if (!is_null(in)) json::read(in, member);
  }

  [[gnu::noinline]] void reset(void* member) {
    T fresh{};
    FieldReset visitor{index_, member};
    fields(fresh, visitor);
  }

  /// No field has the key.  One with escapes is given a second round in clear.
  [[gnu::noinline]] void unknown() {
    const std::string_view key = raw_key(key_);
    if (!unescaped_ && key.find('\\') != std::string_view::npos) {
      std::string_view text;
      check(field_.unescaped_key().get(text), *place_.up);
      unescaped_ = text;
      misses_ = 0;
      return;
    }
    place_.name = unescaped_ ? *unescaped_ : key;
    Cursor in{field_.value(), place_};
    const std::string_view text = read_raw(in);
    if (rest_) append_member(*rest_, key, text);
    advance();
  }

  void advance() {
    ++next_;
    take();
  }

  void take() {
    misses_ = 0;
    unescaped_.reset();
    if (next_ == end_) {
      done_ = true;
      return;
    }
    check((*next_).get(field_), *place_.up);
    key_ = field_.key().raw();
  }

  T& out_;
  Place place_;
  std::size_t count_ = 0;
  RawJson* rest_ = nullptr;

  ondemand::object_iterator next_, end_;
  ondemand::field field_;
  const char* key_ = nullptr;
  std::optional<std::string_view> unescaped_;
  std::size_t index_ = 0;   // of the field being visited
  std::size_t misses_ = 0;  // fields that did not have the key
  std::uint64_t seen_ = 0;  // which fields had a key already
  bool done_ = false;
};

/// Room that elements get before they proved to be what they should be.
inline constexpr std::size_t max_reserve = 1024;

template <class T>
void read_elements(ondemand::array array, const Place& at, std::vector<T>& out) {
  if constexpr (sizeof(T) > 64) {
    // To count is cheaper than to move large structs when the vector grows.
    std::size_t count = 0;
    check(array.count_elements().get(count), at);
    out.reserve(std::min(count, max_reserve));
  }
  Place element{&at, {}, 0, at.depth + 1};
  for (auto next : array) {
    ondemand::value value;
    check(std::move(next).get(value), at);
    Cursor in{value, element};
    spend(element, sizeof(T));
    if constexpr (std::same_as<T, bool>) {  // has no elements to refer to
      bool read_here = false;
      read(in, read_here);
      out.push_back(read_here);
    } else {
      read(in, out.emplace_back());
    }
    ++element.index;
  }
}

template <HasFields T>
void read(Cursor& in, T& out) {
  Members<T>(out, in.at).read(start_object(in));
}

template <class T>
void read(Cursor& in, std::vector<T>& out) {
  read_elements(start_array(in), in.at, out);
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

template <HasFields T>
void read_root(Document& document, T& out) {
  Members<T>(out, document.root()).read(document.object());
}

template <class T>
void read_root(Document& document, std::vector<T>& out) {
  read_elements(document.array(), document.root(), out);
}

/// Reads a whole document, an object or an array; what `out` had before is gone.
template <class T>
void read_document(std::string& body, T& out) {
  out = T{};
  Document document(body);
  read_root(document, out);
  document.expect_end();
}

/// Keeps the text as it came once it proved to be JSON.
void read_document(std::string& body, RawJson& out);

}  // namespace bitbucket::inline v0_1::json
