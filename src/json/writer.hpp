#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <bitbucket/boxed.hpp>
#include <bitbucket/ids.hpp>
#include <bitbucket/model/common.hpp>
#include <bitbucket/open_enum.hpp>
#include <bitbucket/secret.hpp>

#include "json/place.hpp"

// The Writer: JSON of structs through the field lists that the Reader uses.  Members keep the order
// of the list.  What is absent (no value, an empty RawJson, Secret or unknown enumerator) is left
// out.

namespace bitbucket::inline v0_1::json {

using OrderedJson = nlohmann::ordered_json;

/// Throws InvalidArgument for a place in a body.
[[noreturn]] void refuse(const Place& at, std::string_view reason);

/// Returns the value; throws InvalidArgument when the text is not UTF-8.
OrderedJson written_text(std::string_view text, const Place& at);
/// Returns the value; throws InvalidArgument when the text is not JSON.
OrderedJson written_raw(const RawJson& raw, const Place& at);

/// Returns the text of a value.  Throws InvalidArgument when a string in it is not UTF-8.
std::string dump(const OrderedJson& value);
std::string dump(const nlohmann::json& value);

class Writer;

// Each returns discarded() for what is absent.
inline OrderedJson discarded() { return OrderedJson(OrderedJson::value_t::discarded); }

inline OrderedJson written(const std::string& v, const Place& at) { return written_text(v, at); }
inline OrderedJson written(const Secret& v, const Place& at) {
  return v.empty() ? discarded() : written_text(v.reveal(), at);
}
template <class N>
requires std::integral<N> || std::floating_point<N> OrderedJson written(N v, const Place&) {
  return v;
}
inline OrderedJson written(Timestamp v, const Place&) { return v.time_since_epoch().count(); }
inline OrderedJson written(const RawJson& v, const Place& at) {
  return v.empty() ? discarded() : written_raw(v, at);
}
template <detail::FixedString P>
OrderedJson written(NumericId<P> v, const Place&) {
  return v.value;
}
template <class E>
OrderedJson written(const Open<E>& v, const Place& at) {
  return v.text().empty() ? discarded() : written_text(v.text(), at);
}

template <class T>
concept Writable = requires(T& t, Writer& f) {
  fields(t, f);
};

template <Writable T>
OrderedJson written(const T& v, const Place& at);
template <class T>
OrderedJson written(const std::vector<T>& v, const Place& at);

template <class T>
OrderedJson written(const std::optional<T>& v, const Place& at) {
  return v ? written(*v, at) : discarded();
}
template <class T>
OrderedJson written(const Boxed<T>& v, const Place& at) {
  return v ? written(*v, at) : discarded();
}

/// Visits a field list and fills one object.
class Writer {
 public:
  explicit Writer(const Place& object) : place_{&object, {}, 0, object.depth + 1} {}

  template <std::size_t N, class M>
  void operator()(const char (&name)[N], const M& member) {
    place_.name = {name, N - 1};
    if (OrderedJson value = written(member, place_); !value.is_discarded())
      object_[name] = std::move(value);
  }
  template <std::size_t N, class M>
  void required(const char (&name)[N], const M& member) {
    (*this)(name, member);
  }
  /// An object that has no struct; left out when it has no members.
  template <std::size_t N, class L>
  void nested(const char (&name)[N], L list) {
    place_.name = {name, N - 1};
    Writer inner(place_);
    list(inner);
    if (!inner.object_.empty()) object_[name] = std::move(inner.object_);
  }
  void others(const RawJson&) {}  // what was read beside the fields is not ours to write

  OrderedJson take() { return std::move(object_); }

 private:
  Place place_;
  OrderedJson object_ = OrderedJson::object();
};

template <Writable T>
OrderedJson written(const T& v, const Place& at) {
  Writer writer(at);
  // One list serves reading and writing; the Writer takes every member as const.
  fields(const_cast<T&>(v), writer);
  return writer.take();
}

template <class T>
OrderedJson written(const std::vector<T>& v, const Place& at) {
  OrderedJson array = OrderedJson::array();
  Place element{&at, {}, 0, at.depth + 1};
  for (const T& item : v) {
    OrderedJson value = written(item, element);
    array.push_back(value.is_discarded() ? OrderedJson() : std::move(value));
    ++element.index;
  }
  return array;
}

template <class T>
std::string write_document(const T& value) {
  return dump(written(value, Place{}));
}

/// Returns the text as it is; throws InvalidArgument when it is not JSON.  Empty stays empty.
std::string write_document(const RawJson& value);

}  // namespace bitbucket::inline v0_1::json
