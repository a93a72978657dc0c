#pragma once

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/error.hpp>
#include <bitbucket/json.hpp>

#include "event_reference.hpp"
#include "reference.hpp"

namespace bitbucket_test {

using namespace bitbucket;

/// Makes raw texts comparable: as values, links by relation.
inline void normalise(RawJson& raw) {
  if (!raw.empty()) raw.text = reference::text_of(nlohmann::json::parse(raw.text));
}
inline void normalise(Links& links) {
  std::stable_sort(links.items.begin(), links.items.end(),
                   [](const Link& a, const Link& b) { return a.rel < b.rel; });
}
inline void normalise(User& u) { normalise(u.links); }
inline void normalise(Person& p) { normalise(p.links); }
inline void normalise(Project& p) {
  normalise(p.links);
  if (p.owner) normalise(*p.owner);
}
inline void normalise(Repo& r) {
  normalise(r.links);
  normalise(r.related_links);
  normalise(r.project);
  if (r.origin) normalise(*r.origin);
}
inline void normalise(MinimalCommit& c) {
  if (c.author) normalise(*c.author);
  if (c.committer) normalise(*c.committer);
}
inline void normalise(Commit& c) {
  for (MinimalCommit& parent : c.parents) normalise(parent);
  normalise(c.author);
  normalise(c.committer);
  normalise(c.properties);
}
inline void normalise(Change& c) {
  normalise(c.links);
  normalise(c.properties);
}
inline void normalise(Hook& h) {
  normalise(h.statistics);
  normalise(h.configuration.others);
}
inline void normalise(HookTestResult& r) {
  normalise(r.request);
  normalise(r.response);
  normalise(r.others);
}
inline void normalise(Tag&) {}
inline void normalise(Comment& c) {
  normalise(c.author);
  for (Comment& answer : c.comments) normalise(answer);
  if (c.resolver) normalise(*c.resolver);
  if (c.thread_resolver) normalise(*c.thread_resolver);
  for (RawJson* raw : {&c.anchor, &c.parent, &c.tasks, &c.properties, &c.permitted_operations})
    normalise(*raw);
}
/// Makes whatever an event has comparable.
template <class Event>
requires requires(Event e) { e.event_key; }
void normalise(Event& e) {
  if constexpr (requires { e.actor; }) normalise(e.actor);
  if constexpr (requires { e.repository; }) normalise(e.repository);
  if constexpr (requires { e.old_repository; }) normalise(e.old_repository);
  if constexpr (requires { e.new_repository; }) normalise(e.new_repository);
  if constexpr (requires { e.old_project; }) normalise(e.old_project);
  if constexpr (requires { e.new_project; }) normalise(e.new_project);
  if constexpr (requires { e.comment; }) normalise(e.comment);
  if constexpr (requires { e.commits; })
    for (Commit& commit : e.commits) normalise(commit);
  if constexpr (requires { e.to_commit; })
    if (e.to_commit) normalise(*e.to_commit);
  if constexpr (requires { e.secret_locations; })
    for (RawJson& location : e.secret_locations) normalise(location);
}
template <class T>
void normalise(Page<T>& p) {
  for (T& value : p.values) normalise(value);
}

template <class T>
bool same(const T& a, const T& b) {
  return a == b;
}
template <class T>
bool same(const Page<T>& a, const Page<T>& b) {
  return a.values == b.values && a.size == b.size && a.limit == b.limit && a.start == b.start &&
         a.next_page_start == b.next_page_start && a.is_last_page == b.is_last_page;
}

enum class Agreement { both_accept, both_refuse, not_json, differ };

/// How deep a value is; what lies deeper than the Reader goes is its own business.
inline int depth(const nlohmann::json& value) {
  int deepest = 0;
  if (value.is_structured())
    for (const nlohmann::json& item : value) deepest = std::max(deepest, 1 + depth(item));
  return deepest;
}

/// True when some object has two members with one name.
inline bool has_duplicates(const std::string& text) {
  std::vector<std::set<std::string>> open;
  bool found = false;
  const auto look = [&](int, nlohmann::json::parse_event_t event, nlohmann::json& value) {
    if (event == nlohmann::json::parse_event_t::object_start) open.emplace_back();
    if (event == nlohmann::json::parse_event_t::object_end) open.pop_back();
    if (event == nlohmann::json::parse_event_t::key)
      found = found || !open.back().insert(value.get<std::string>()).second;
    return true;
  };
  const auto ignored = nlohmann::json::parse(text, look, false);
  return found;
}

/// What stands in a text that nlohmann refuses.
enum class Refused { not_json, only_a_value };

/// The grammar of JSON allows numbers beyond the range of a double and halves of surrogate pairs.
/// nlohmann does not, so its refusal of one says nothing about the rest of the text.
inline Refused why_refused(const std::string& text) {
  try {
    (void)nlohmann::json::parse(text);
  } catch (const nlohmann::json::out_of_range&) {
    return Refused::only_a_value;
  } catch (const nlohmann::json::exception& error) {
    if (std::string_view(error.what()).find("surrogate") != std::string_view::npos)
      return Refused::only_a_value;
  }
  return Refused::not_json;
}

/// Compares the Reader with the reference on one document.
template <class T>
Agreement agreement(const std::string& text) {
  std::optional<T> read;
  try {
    std::string body = text;
    T value;
    JsonCodec<T>::read(body, value);
    read = std::move(value);
  } catch (const DecodeError&) {
  }
  const nlohmann::json document = nlohmann::json::parse(text, nullptr, false);
  // nlohmann skips a byte order mark and takes a NUL for the end; the Reader refuses both.
  const bool foreign = text.starts_with("\xef\xbb\xbf") || text.find('\0') != std::string::npos;
  if (foreign && read) return Agreement::differ;
  if (document.is_discarded() && read && why_refused(text) == Refused::not_json)
    return Agreement::differ;
  if (document.is_discarded() || foreign || depth(document) > 60) return Agreement::not_json;
  std::optional<T> expected;
  try {
    T value;
    reference::get(document, value);
    expected = std::move(value);
  } catch (const reference::Mismatch&) {
  }
  if (!read && !expected) return Agreement::both_refuse;
  // The Reader looks at every member with a name, the reference only at the last one.
  if (!read && has_duplicates(text)) return Agreement::both_refuse;
  if (!read || !expected) return Agreement::differ;
  normalise(*read);
  return same(*read, *expected) ? Agreement::both_accept : Agreement::differ;
}

}  // namespace bitbucket_test
