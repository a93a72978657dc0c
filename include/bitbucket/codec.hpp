#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <bitbucket/detail/export.hpp>
#include <bitbucket/error.hpp>
#include <bitbucket/json.hpp>

namespace bitbucket::inline v0_1 {

template <class T>
struct Page;

namespace json {
struct Cursor;
class Writer;
}  // namespace json

namespace detail {

/// How one type of the library is read and written.
template <class T>
struct ModelCodec {
  void (*read)(std::string& body, T& out);
  void (*read_array)(std::string& body, std::vector<T>& out);
  void (*read_page)(std::string& body, Page<T>& out);
  std::string (*write)(const T& value);
  // Where the type is a member of another one.
  void (*read_member)(json::Cursor& in, T& out);
  void (*write_member)(json::Writer& out, const T& value);
};

// Each type of the library declares such a function behind its struct.
BITBUCKET_EXPORT const ModelCodec<std::string>& model_codec(const std::string*);
BITBUCKET_EXPORT const ModelCodec<RawJson>& model_codec(const RawJson*);

template <class T>
concept OfTheLibrary = requires(const T* type) {
  { model_codec(type) } -> std::same_as<const ModelCodec<T>&>;
};
template <class T>
concept FilterOfTheLibrary = requires(Parameters& query, const T& filter) {
  append_query(query, filter);
};
template <OfTheLibrary T>
const ModelCodec<T>& codec_of() {
  return model_codec(static_cast<const T*>(nullptr));
}

template <class>
inline constexpr bool missing = false;

}  // namespace detail

/// How a type is read from an answer and written to a body.  The library has it for its own types;
/// specialise it to use your own type in a row of your own: alone, in an array or in pages.
/// NlohmannCodec makes one from nlohmann's from_json() and to_json().
template <class T>
struct JsonCodec {
  static_assert(detail::missing<T>,
                "this type is in an answer or a body but has no JsonCodec: specialise "
                "bitbucket::JsonCodec for it, for example with bitbucket::NlohmannCodec");
};

/// How a filter becomes query parameters.  The library has it for its own filters and for
/// Parameters; specialise it to use your own filter in a row of your own.
template <class T>
struct QueryCodec {
  static_assert(detail::missing<T>,
                "this type is the query of a row but has no QueryCodec: specialise "
                "bitbucket::QueryCodec for it");
};

/// The types of the library.
template <detail::OfTheLibrary T>
struct JsonCodec<T> {
  /// Fills `out` from a JSON text.  `body` may be given more capacity, its content stays.
  static void read(std::string& body, T& out) { detail::codec_of<T>().read(body, out); }
  /// Returns the JSON text of `value`.  Throws InvalidArgument on a string that is not UTF-8.
  static std::string write(const T& value) { return detail::codec_of<T>().write(value); }
};

namespace detail {
/// Reads rows of a user's own type one by one.
template <class T>
std::vector<T> read_rows(std::vector<RawJson>& texts, const std::string& pointer) {
  std::vector<T> rows(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    try {
      JsonCodec<T>::read(texts[i].text, rows[i]);
    } catch (const DecodeError& error) {
      throw DecodeError(pointer + '/' + std::to_string(i) + error.pointer(), error.reason());
    }
  }
  return rows;
}
}  // namespace detail

/// Arrays of every type that has a codec.
template <class T>
struct JsonCodec<std::vector<T>> {
  /// Fills `out` from the text of an array.
  static void read(std::string& body, std::vector<T>& out) {
    if constexpr (detail::OfTheLibrary<T>) {
      detail::codec_of<T>().read_array(body, out);
    } else {
      std::vector<RawJson> texts;
      JsonCodec<std::vector<RawJson>>::read(body, texts);
      out = detail::read_rows<T>(texts, "");
    }
  }
  /// Returns the text of an array.
  static std::string write(const std::vector<T>& values) {
    std::string text(1, '[');
    for (const T& value : values) {
      if (text.size() > 1) text += ',';
      text += JsonCodec<T>::write(value);
    }
    return text += ']';
  }
};

/// The filters of the library.
template <detail::FilterOfTheLibrary T>
struct QueryCodec<T> {
  /// Appends what the filter says; a member that is empty or has the server's default adds nothing.
  static void append(Parameters& query, const T& filter) { append_query(query, filter); }
};

/// Plain names and values.
template <>
struct QueryCodec<Parameters> {
  /// Appends all of them.
  static void append(Parameters& query, const Parameters& more) {
    query.insert(query.end(), more.begin(), more.end());
  }
};

}  // namespace bitbucket::inline v0_1
