#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <nlohmann/json.hpp>

#include <bitbucket/model/change.hpp>
#include <bitbucket/model/commit.hpp>
#include <bitbucket/model/event.hpp>
#include <bitbucket/model/hook.hpp>
#include <bitbucket/model/page.hpp>
#include <bitbucket/model/ref.hpp>
#include <bitbucket/model/repo.hpp>

// What a document means, worked out a second time on nlohmann's DOM without the library's Reader
// and its field lists.  Slow and plain on purpose.
//
// It has one type of each shape that the Reader distinguishes: links, boxed structs and
// enumerations (Repo), times, arrays of structs and raw members (Commit), paths and optional
// structs (Change), secrets, nested lists and members that nobody knows (Hook, HookTestResult),
// plain members (Tag), and pages.  A type whose shape is here needs only its sample in tests/data.
// Strangers send events, so the types of all events are here (event_reference.hpp).

namespace bitbucket_test::reference {

using namespace bitbucket;
using nlohmann::json;

/// The document is JSON but not what the type wants.
struct Mismatch {};

inline void want(bool condition) {
  if (!condition) throw Mismatch{};
}

/// Raw text is compared as a value: spaces and escapes are the Reader's to keep.
inline std::string text_of(const json& value) { return value.is_null() ? "" : value.dump(); }

template <class I>
I integer(const json& value) {
  want(value.is_number_integer());
  if (value.is_number_unsigned())
    want(value.get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<I>::max()));
  const auto number = value.get<std::int64_t>();
  want(number >= static_cast<std::int64_t>(std::numeric_limits<I>::min()));
  return static_cast<I>(number);
}

inline void get(const json& j, std::string& out) {
  want(j.is_string());
  out = j.get<std::string>();
}
inline void get(const json& j, Secret& out) {
  want(j.is_string());
  out = Secret(j.get<std::string>());
}
inline void get(const json& j, bool& out) {
  want(j.is_boolean());
  out = j.get<bool>();
}
inline void get(const json& j, int& out) { out = integer<int>(j); }
inline void get(const json& j, std::int64_t& out) { out = integer<std::int64_t>(j); }
inline void get(const json& j, HookId& out) { out = HookId(integer<std::int64_t>(j)); }
inline void get(const json& j, CommentId& out) { out = CommentId(integer<std::int64_t>(j)); }
inline void get(const json& j, RawJson& out) { out.text = text_of(j); }

/// Judges a time by its shape, "dddd-dd-ddTdd:dd:dd" and a zone, and lets timegm do the rest.
inline std::int64_t milliseconds_of(std::string text) {
  std::string fraction;
  if (text.size() > 20 && text[19] == '.') {
    const std::size_t end = text.find_first_not_of("0123456789", 20);
    want(end != std::string::npos && end > 20);
    fraction = text.substr(20, end - 20);
    text.erase(19, end - 19);
  }
  std::string shape = text;
  for (char& c : shape)
    if (c >= '0' && c <= '9') c = 'd';
  want(shape.starts_with("dddd-dd-ddTdd:dd:dd"));
  const std::string zone = shape.substr(19);
  want(zone == "Z" || zone.starts_with('+') || zone.starts_with('-'));
  const std::string offset = zone.substr(1);
  want(zone == "Z" ? offset.empty() : offset == "dd" || offset == "dddd" || offset == "dd:dd");
  const auto number = [&](std::size_t at) {
    return at < text.size() ? std::stoi(text.substr(at, 2)) : 0;
  };
  std::tm time{};
  time.tm_year = std::stoi(text.substr(0, 4)) - 1900;
  time.tm_mon = number(5) - 1;
  time.tm_mday = number(8);
  const std::int64_t midnight = timegm(&time);
  want(time.tm_mday == number(8) && time.tm_mon == number(5) - 1);  // the calendar has this day
  const int hours = offset.empty() ? 0 : number(20);
  const int minutes = offset.size() < 4 ? 0 : number(text.size() - 2);
  want(number(11) < 24 && number(14) < 60 && number(17) <= 60 && hours < 24 && minutes < 60);
  const int shift = (hours * 60 + minutes) * (zone[0] == '-' ? -60 : 60);
  return (midnight + number(11) * 3600 + number(14) * 60 + number(17) - shift) * 1000 +
         std::stoi((fraction + "000").substr(0, 3));
}

inline void get(const json& j, Timestamp& out) {
  const auto count =
      j.is_string() ? milliseconds_of(j.get<std::string>()) : integer<std::int64_t>(j);
  out = Timestamp(std::chrono::milliseconds(count));
}

template <class E>
void get(const json& j, Open<E>& out) {
  want(j.is_string());
  out = Open<E>(j.get<std::string>());
}

template <class M>
void member(const json& object, const char* name, M& out);

inline void get_link(const json& j, const std::string& rel, Links& out) {
  if (j.is_null()) return;
  want(j.is_object());
  Link link{rel, "", ""};
  member(j, "href", link.href);
  member(j, "name", link.name);
  out.items.push_back(link);
}

inline void get(const json& j, Links& out) {
  want(j.is_object() && j.size() <= 100);
  for (const auto& [rel, value] : j.items()) {
    if (value.is_array())
      for (const json& item : value) get_link(item, rel, out);
    else
      get_link(value, rel, out);
  }
}

void get(const json& j, RepoPath& out);
void get(const json& j, ConflictChange& out);
void get(const json& j, Conflict& out);
void get(const json& j, MinimalCommit& out);
void get(const json& j, Commit& out);
void get(const json& j, Change& out);
void get(const json& j, Hook& out);
void get(const json& j, Tag& out);
void get(const json& j, User& out);
void get(const json& j, Person& out);
void get(const json& j, Project& out);
void get(const json& j, Repo& out);
void get(const json& j, HookCredentials& out);
void get(const json& j, HookConfiguration& out);
void get(const json& j, CommitId& out);
void get(const json& j, std::optional<CommitId>& out);
void get(const json& j, MinimalRef& out);
void get(const json& j, RefChange& out);
void get(const json& j, Comment& out);
void get(const json& j, MirrorServer& out);
template <class T>
void get(const json& j, std::vector<T>& out);

template <class T>
void get(const json& j, std::optional<T>& out) {
  T value{};
  get(j, value);
  out = value;
}

template <class T>
void get(const json& j, Boxed<T>& out) {
  T value{};
  get(j, value);
  out = value;
}

template <class T>
void get(const json& j, std::vector<T>& out) {
  want(j.is_array());
  for (const json& item : j) {
    T value{};
    get(item, value);
    out.push_back(value);
  }
}

template <class M>
void member(const json& object, const char* name, M& out) {
  const auto found = object.find(name);
  if (found != object.end() && !found->is_null()) get(*found, out);
}

template <class M>
void required(const json& object, const char* name, M& out) {
  const auto found = object.find(name);
  want(found != object.end() && !found->is_null());
  get(*found, out);
}

inline std::string rest_of(json object, std::initializer_list<const char*> known) {
  for (const char* name : known) object.erase(name);
  return object.empty() ? "" : object.dump();
}

inline void get(const json& j, RepoPath& p) {
  if (j.is_string()) return get(j, p.full);
  want(j.is_object());
  member(j, "toString", p.full);
  member(j, "components", p.components);
  member(j, "extension", p.extension);
  member(j, "name", p.name);
  member(j, "parent", p.parent);
}

inline void get(const json& j, ConflictChange& c) {
  want(j.is_object());
  member(j, "type", c.type);
  member(j, "path", c.path);
  member(j, "srcPath", c.src_path);
}

inline void get(const json& j, Conflict& c) {
  want(j.is_object());
  member(j, "theirChange", c.their_change);
  member(j, "ourChange", c.our_change);
}

inline void get(const json& j, Change& c) {
  want(j.is_object());
  member(j, "type", c.type);
  member(j, "nodeType", c.node_type);
  member(j, "srcNodeType", c.src_node_type);
  required(j, "path", c.path);
  member(j, "srcPath", c.src_path);
  member(j, "executable", c.executable);
  member(j, "srcExecutable", c.src_executable);
  member(j, "percentUnchanged", c.percent_unchanged);
  member(j, "contentId", c.content_id);
  member(j, "fromContentId", c.from_content_id);
  member(j, "conflict", c.conflict);
  member(j, "properties", c.properties);
  member(j, "links", c.links);
}

template <class P>
void get_person(const json& j, P& p) {
  want(j.is_object());
  member(j, "avatarUrl", p.avatar_url);
  member(j, "links", p.links);
  member(j, "type", p.type);
  member(j, "slug", p.slug);
  member(j, "displayName", p.display_name);
  member(j, "active", p.active);
  member(j, "id", p.id);
  member(j, "emailAddress", p.email_address);
  member(j, "name", p.name);
}

inline void get(const json& j, User& u) {
  get_person(j, u);
  required(j, "name", u.name);
}
inline void get(const json& j, Person& p) { get_person(j, p); }

inline void get(const json& j, MinimalCommit& c) {
  want(j.is_object());
  member(j, "message", c.message);
  member(j, "committerTimestamp", c.committer_timestamp);
  member(j, "committer", c.committer);
  member(j, "authorTimestamp", c.author_timestamp);
  member(j, "author", c.author);
  member(j, "displayId", c.display_id);
  required(j, "id", c.id);
}

inline void get(const json& j, Commit& c) {
  want(j.is_object());
  member(j, "message", c.message);
  member(j, "properties", c.properties);
  member(j, "parents", c.parents);
  member(j, "committerTimestamp", c.committer_timestamp);
  member(j, "committer", c.committer);
  member(j, "authorTimestamp", c.author_timestamp);
  member(j, "author", c.author);
  member(j, "displayId", c.display_id);
  required(j, "id", c.id);
}

inline void get(const json& j, Project& p) {
  want(j.is_object());
  member(j, "public", p.is_public);
  member(j, "avatarUrl", p.avatar_url);
  member(j, "owner", p.owner);
  member(j, "scope", p.scope);
  member(j, "type", p.type);
  required(j, "key", p.key);
  member(j, "id", p.id);
  member(j, "name", p.name);
  member(j, "description", p.description);
  member(j, "links", p.links);
}

inline void get(const json& j, Repo& r) {
  want(j.is_object());
  member(j, "origin", r.origin);
  member(j, "project", r.project);
  member(j, "public", r.is_public);
  member(j, "archived", r.archived);
  member(j, "forkable", r.forkable);
  member(j, "defaultBranch", r.default_branch);
  member(j, "description", r.description);
  member(j, "hierarchyId", r.hierarchy_id);
  member(j, "scmId", r.scm_id);
  member(j, "state", r.state);
  member(j, "statusMessage", r.status_message);
  member(j, "partition", r.partition);
  member(j, "scope", r.scope);
  member(j, "relatedLinks", r.related_links);
  member(j, "links", r.links);
  required(j, "slug", r.slug);
  member(j, "name", r.name);
  member(j, "id", r.id);
}

inline void get(const json& j, HookCredentials& c) {
  want(j.is_object());
  member(j, "password", c.password);
  member(j, "username", c.username);
}

inline void get(const json& j, HookConfiguration& c) {
  want(j.is_object());
  member(j, "createdBy", c.created_by);
  member(j, "secret", c.secret);
  c.others.text = rest_of(j, {"createdBy", "secret"});
}

inline void get(const json& j, Hook& h) {
  want(j.is_object());
  member(j, "statistics", h.statistics);
  member(j, "credentials", h.credentials);
  member(j, "sslVerificationRequired", h.ssl_verification_required);
  member(j, "scopeType", h.scope_type);
  member(j, "configuration", h.configuration);
  member(j, "updatedDate", h.updated_date);
  member(j, "createdDate", h.created_date);
  member(j, "events", h.events);
  member(j, "active", h.active);
  member(j, "url", h.url);
  member(j, "name", h.name);
  required(j, "id", h.id);
}

inline void get(const json& j, HookTestResult& r) {
  want(j.is_object());
  member(j, "response", r.response);
  member(j, "request", r.request);
  r.others.text = rest_of(j, {"response", "request"});
}

inline void get(const json& j, Tag& t) {
  want(j.is_object());
  member(j, "latestChangeset", t.latest_changeset);
  member(j, "latestCommit", t.latest_commit);
  member(j, "type", t.type);
  member(j, "displayId", t.display_id);
  member(j, "hash", t.hash);
  required(j, "id", t.id);
}

template <class T>
void get(const json& j, Page<T>& p) {
  want(j.is_object());
  required(j, "values", p.values);
  member(j, "isLastPage", p.is_last_page);
  member(j, "size", p.size);
  member(j, "limit", p.limit);
  member(j, "start", p.start);
  member(j, "nextPageStart", p.next_page_start);
}

}  // namespace bitbucket_test::reference
