#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <bitbucket/boxed.hpp>
#include <bitbucket/codec.hpp>
#include <bitbucket/ids.hpp>
#include <bitbucket/open_enum.hpp>
#include <bitbucket/secret.hpp>

#include "json/fields.hpp"
#include "json/place.hpp"
#include "json/time.hpp"

// The Writer: JSON of structs through their lists of members, in the order of the list.  What is
// absent (no value, an empty RawJson, Secret or unknown enumerator) is left out.

namespace bitbucket::inline v0_1::json {

inline bool is_absent(const Secret& v) { return v.empty(); }
inline bool is_absent(const RawJson& v) { return v.empty(); }
template <class E>
bool is_absent(const Open<E>& v) {
  return v.text().empty();
}
template <class T>
bool is_absent(const std::optional<T>& v) {
  return !v;
}
template <class T>
bool is_absent(const Boxed<T>& v) {
  return !v;
}
template <class T>
bool is_absent(const T&) {
  return false;
}

/// Appends values to a text, and visits lists of members.
class Writer {
 public:
  /// What becomes of members that are absent.
  enum class Absent { left_out, null };

  explicit Writer(Absent absent = Absent::left_out) : nulls_(absent == Absent::null) {}
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  [[nodiscard]] std::string take() { return std::move(text_); }

  // Values.  They throw InvalidArgument for what is not UTF-8 or not JSON.
  void text(std::string_view value);
  void raw(const RawJson& value);
  void number(std::int64_t value) { text_ += std::to_string(value); }
  void number(std::uint64_t value) { text_ += std::to_string(value); }
  void number(double value);
  void boolean(bool value) { text_ += value ? "true" : "false"; }
  void null() { text_ += "null"; }
  /// Writes the members that `list` names to the Writer.
  template <class List>
  void object(List&& list) {
    Place inner;
    Place* const outer = open('{', inner);
    list(*this);
    close('}', outer);
  }
  template <class T>
  void array(const std::vector<T>& items) {
    Place inner;
    Place* const outer = open('[', inner);
    for (const T& item : items) {
      if (text_.back() != '[') text_ += ',';
      value(item);
      ++inner.index;
    }
    close(']', outer);
  }

  // What a list of members calls.
  template <class M>
  void operator()(const char* name, const M& member) {
    if (!nulls_ && is_absent(member)) return;
    key(name);
    value(member);
  }
  template <class M>
  void required(const char* name, const M& member) {
    (*this)(name, member);
  }
  template <class List>
  void nested(const char* name, List&& list) {
    const std::size_t before = text_.size();
    key(name);
    object(list);
    if (text_.ends_with("{}")) text_.resize(before);
  }
  void others(const RawJson& members);
  /// Writes a member whose name is no literal.
  template <class M>
  void member(std::string_view name, const M& value_of_it) {
    begin_member(name);
    text(name);
    text_ += ':';
    value(value_of_it);
  }

 private:
  template <class T>
  void value(const T& v) {
    if (is_absent(v))
      null();
    else
      write(*this, v);
  }
  Place* open(char bracket, Place& inner);
  void close(char bracket, Place* outer);
  void begin_member(std::string_view name);
  void key(std::string_view name);

  std::string text_;
  Place root_;
  Place* at_ = &root_;
  bool nulls_;
};

inline void write(Writer& out, const std::string& v) { out.text(v); }
inline void write(Writer& out, const Secret& v) { out.text(v.reveal()); }
inline void write(Writer& out, const RawJson& v) { out.raw(v); }
inline void write(Writer& out, bool v) { out.boolean(v); }
inline void write(Writer& out, double v) { out.number(v); }
inline void write(Writer& out, Time v) { out.number(std::int64_t{v.time_since_epoch().count()}); }
template <std::signed_integral I>
void write(Writer& out, const I& v) {
  out.number(std::int64_t{v});
}
template <std::unsigned_integral I>
void write(Writer& out, const I& v) {
  out.number(std::uint64_t{v});
}
template <detail::FixedString P, Conversion C>
void write(Writer& out, const NumericId<P, C>& v) {
  out.number(v.value);
}
template <class E>
void write(Writer& out, const Open<E>& v) {
  out.text(v.text());
}
template <class T>
void write(Writer& out, const std::vector<T>& v) {
  out.array(v);
}
template <class T>
void write(Writer& out, const std::optional<T>& v) {
  write(out, *v);
}
template <class T>
void write(Writer& out, const Boxed<T>& v) {
  write(out, *v);
}

/// Writes an object through the list of its type.
template <class T>
void write_members(Writer& out, const T& v) {
  static_assert(HasFields<T>, "this type has no list of members: write fields() for it");
  // The same list serves reading; the Writer takes every member as const.
  out.object([&v](Writer& members) { fields(const_cast<T&>(v), members); });
}

/// Writes a struct: one of another header through its codec.
template <class T>
void write(Writer& out, const T& v) {
  if constexpr (detail::OfTheLibrary<T>)
    detail::codec_of<T>().write_member(out, v);
  else
    write_members(out, v);
}

template <class T>
std::string write_document(const T& value, Writer::Absent absent = Writer::Absent::left_out) {
  Writer writer(absent);
  write(writer, value);
  return writer.take();
}

/// Returns the text as it is; throws InvalidArgument when it is not JSON.  Empty stays empty.
std::string write_document(const RawJson& value);

}  // namespace bitbucket::inline v0_1::json
