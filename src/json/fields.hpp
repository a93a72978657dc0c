#pragma once

#include <bitbucket/json.hpp>

// A type has one list of its members, which reading, writing and queries share:
//
//   void fields(Branch& b, auto& f) {
//     f.required("id", b.id);
//     f("displayId", b.display_id);
//   }
//
// `f.required(name, member)` names a member without which an object means nothing: the one that
// identifies an entity, the rows of a page.  `f.nested(name, list)` has members that lie one level
// deeper in JSON than in the struct.  A list may end with `f.others(raw)`, which collects the
// members that it does not name.

namespace bitbucket::inline v0_1::json {

/// The members of `f.nested()` as a type with a list of its own.
template <class List>
struct Nested {
  List& list;
};
template <class List>
void fields(Nested<List>& nested, auto& f) {
  nested.list(f);
}

/// Looks in a list for where the members go that it does not name.
struct RestOf {
  RawJson* raw = nullptr;
  template <class M>
  void operator()(const char*, M&) {}
  template <class M>
  void required(const char*, M&) {}
  template <class List>
  void nested(const char*, List&&) {}
  void others(RawJson& rest) { raw = &rest; }
};

template <class T>
concept HasFields = requires(T& t, RestOf& f) {
  fields(t, f);
};

}  // namespace bitbucket::inline v0_1::json
