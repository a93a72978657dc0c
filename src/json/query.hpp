#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <bitbucket/codec.hpp>
#include <bitbucket/json.hpp>
#include <bitbucket/open_enum.hpp>

#include "json/fields.hpp"

// Queries of filters through their lists of members.  What is empty, false or an enumerator without
// a word is what the server does by itself, and is not sent.

namespace bitbucket::inline v0_1::json {

/// Visits a list and appends a parameter for each member that says something.
class QueryWriter {
 public:
  explicit QueryWriter(Parameters& query) : query_(query) {}

  void operator()(const char* name, const std::string& member) { add(name, member); }
  void operator()(const char* name, bool member) {
    if (member) add(name, "true");
  }
  void operator()(const char* name, const std::optional<bool>& member) {
    if (member) add(name, *member ? "true" : "false");
  }
  template <detail::HasWords E>
  void operator()(const char* name, const E& member) {
    for (const auto& [value, word] : enum_words(member))
      if (value == member) add(name, word);
  }
  template <class E>
  void operator()(const char* name, const Open<E>& member) {
    add(name, member.text());
  }
  template <class M>
  void operator()(const char*, const M&) {
    static_assert(detail::missing<M>,
                  "a filter has no members of this type: text, bool, std::optional<bool>, or an "
                  "enumeration that has words");
  }

 private:
  void add(const char* name, std::string_view value) {
    if (!value.empty()) query_.emplace_back(name, value);
  }

  Parameters& query_;
};

template <class T>
void append_fields(Parameters& query, const T& filter) {
  QueryWriter writer(query);
  // The same list serves reading; a query takes every member as const.
  fields(const_cast<T&>(filter), writer);
}

}  // namespace bitbucket::inline v0_1::json
