#include "limit/decode.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "limit/members.hpp"

namespace benchmarks::limit {
namespace {

using namespace bitbucket;

/// Starts again with an object that was not as expected.
template <class T>
ondemand::object again(ondemand::object& object, T& out) {
  out = T{};
  check(object.reset().error());
  return object;
}

/// Reads an enumeration whose usual texts are known here.
template <class E>
void read(Members& m, Open<E>& out) {
  std::string text;
  m.text(text);
  out = Open<E>(text);
}
template <>
void read(Members& m, Open<UserType>& out) {
  if (m.token().starts_with("\"NORMAL\"")) {
    out = UserType::normal;
    return m.step();
  }
  std::string text;
  m.text(text);
  out = Open<UserType>(text);
}

void read(ondemand::object object, Links& out) {
  for (Members m(object); m.more(); m.step()) {
    const std::string_view rel = m.key();
    for (auto item : m.array()) {
      ondemand::object link_object;
      check(item.get_object().get(link_object));
      Link& link = out.items.emplace_back();
      link.rel.assign(rel);
      Members link_members(link_object);
      while (link_members.more()) {
        if (link_members.at("href"))
          link_members.text(link.href);
        else if (link_members.at("name"))
          link_members.text(link.name);
        else
          link_members.step();
      }
    }
  }
}

bool read_in_order(ondemand::object& object, Person& out) {
  InOrder in(object);
  return in.text("name", out.name) && in.text("emailAddress", out.email_address) &&
         in.number("id", out.id) && in.text("displayName", out.display_name) &&
         in.flag("active", out.active) && in.text("slug", out.slug) && in.normal("type", out.type);
}

void read_person(ondemand::object object, Person& out) {
  if (read_in_order(object, out)) return;
  Members m(again(object, out));
  while (m.more()) {
    if (m.at("name")) m.text(out.name);
    if (m.at("emailAddress")) m.text(out.email_address);
    if (m.at("id")) m.number(out.id);
    if (m.at("displayName")) m.text(out.display_name);
    if (m.at("active")) m.flag(out.active);
    if (m.at("slug")) m.text(out.slug);
    if (m.at("type")) {
      read(m, out.type);
      continue;
    }
    if (!m.more()) break;
    if (m.at("links")) {
      read(m.object(), out.links);
      m.step();
    } else if (m.at("avatarUrl")) {
      m.text(out.avatar_url);
    } else if (!m.at("name") && !m.at("emailAddress") && !m.at("id") && !m.at("displayName") &&
               !m.at("active") && !m.at("slug")) {
      m.step();
    }
  }
}

void read(ondemand::object object, MinimalCommit& out) {
  InOrder in(object);
  if (in.text("id", out.id) && in.text("displayId", out.display_id)) return;
  for (Members m(again(object, out)); m.more();) {
    if (m.at("id")) m.text(out.id);
    if (m.at("displayId")) {
      m.text(out.display_id);
      continue;
    }
    if (m.more() && !m.at("id")) m.step();
  }
}

void read(ondemand::object object, Commit& out);
void read(ondemand::object object, Change& out);

template <class T>
void read(ondemand::array array, std::vector<T>& out) {
  for (auto item : array) {
    ondemand::object object;
    check(item.get_object().get(object));
    read(object, out.emplace_back());
  }
}

void read_properties(ondemand::object& object, RawJson& out) {
  ondemand::value value;
  if (object.find_field("properties").get(value) != simdjson::SUCCESS) return;
  ondemand::object properties;
  if (value.get_object().get(properties) != simdjson::SUCCESS) return;
  std::string_view text;
  check(properties.raw_json().get(text));
  out.text.assign(text);
}

bool read_in_order(ondemand::object& object, Commit& out) {
  InOrder in(object);
  ondemand::object person;
  ondemand::array parents;
  if (!in.text("id", out.id) || !in.text("displayId", out.display_id)) return false;
  if (!in.object("author", person)) return false;
  read_person(person, out.author);
  if (!in.time("authorTimestamp", out.author_timestamp)) return false;
  if (!in.object("committer", person)) return false;
  read_person(person, out.committer);
  if (!in.time("committerTimestamp", out.committer_timestamp)) return false;
  if (!in.text("message", out.message) || !in.array("parents", parents)) return false;
  read(parents, out.parents);
  read_properties(object, out.properties);
  return true;
}

void read(ondemand::object object, Commit& out) {
  if (read_in_order(object, out)) return;
  Members m(again(object, out));
  while (m.more()) {
    if (m.at("id")) m.text(out.id);
    if (m.at("displayId")) m.text(out.display_id);
    if (m.at("author")) {
      read_person(m.object(), out.author);
      m.step();
    }
    if (m.at("authorTimestamp")) m.time(out.author_timestamp);
    if (m.at("committer")) {
      read_person(m.object(), out.committer);
      m.step();
    }
    if (m.at("committerTimestamp")) m.time(out.committer_timestamp);
    if (m.at("message")) m.text(out.message);
    if (m.at("parents")) {
      read(m.array(), out.parents);
      m.step();
    }
    if (!m.more()) break;
    if (m.at("properties"))
      m.raw(out.properties);
    else if (!m.at("id") && !m.at("author"))
      m.step();
  }
}

void read(Members& m, std::vector<std::string>& out) {
  for (auto item : m.array()) {
    ondemand::value value;
    check(std::move(item).get(value));
    Members::assign(value, out.emplace_back());
  }
  m.step();
}

void read(ondemand::object object, RepoPath& out) {
  for (Members m(object); m.more();) {
    if (m.at("components"))
      read(m, out.components);
    else if (m.at("parent"))
      m.text(out.parent);
    else if (m.at("name"))
      m.text(out.name);
    else if (m.at("extension"))
      m.text(out.extension);
    else if (m.at("toString"))
      m.text(out.full);
    else
      m.step();
  }
}

void read_percentage(Members& m, int& out) {
  std::int64_t number = out;
  m.number(number);
  out = static_cast<int>(number);
}

void read(ondemand::object object, Change& out) {
  for (Members m(object); m.more();) {
    if (m.at("contentId")) m.text(out.content_id);
    if (m.at("fromContentId")) m.text(out.from_content_id);
    if (m.at("path")) {
      read(m.object(), out.path);
      m.step();
    }
    if (m.at("executable")) m.flag(out.executable);
    if (m.at("percentUnchanged")) read_percentage(m, out.percent_unchanged);
    if (m.at("type")) read(m, out.type);
    if (m.at("nodeType")) read(m, out.node_type);
    if (m.at("srcPath")) {
      read(m.object(), out.src_path.emplace());
      m.step();
    }
    if (m.at("srcExecutable")) m.flag(out.src_executable.emplace());
    if (m.at("srcNodeType")) read(m, out.src_node_type.emplace());
    if (m.at("links")) {
      read(m.object(), out.links);
      m.step();
    }
    if (m.at("properties"))
      m.raw(out.properties);
    else if (m.more() && !m.at("contentId"))
      m.step();
  }
}

void read(ondemand::object object, Project& out) {
  for (Members m(object); m.more();) {
    if (m.at("key"))
      m.text(out.key);
    else if (m.at("id"))
      m.number(out.id);
    else if (m.at("name"))
      m.text(out.name);
    else if (m.at("description"))
      m.text(out.description);
    else if (m.at("public"))
      m.flag(out.is_public);
    else if (m.at("type"))
      read(m, out.type);
    else if (m.at("links")) {
      read(m.object(), out.links);
      m.step();
    } else
      m.step();
  }
}

void read(ondemand::object object, Repo& out) {
  for (Members m(object); m.more();) {
    if (m.at("slug"))
      m.text(out.slug);
    else if (m.at("id"))
      m.number(out.id);
    else if (m.at("name"))
      m.text(out.name);
    else if (m.at("description"))
      m.text(out.description);
    else if (m.at("hierarchyId"))
      m.text(out.hierarchy_id);
    else if (m.at("scmId"))
      m.text(out.scm_id);
    else if (m.at("state"))
      read(m, out.state);
    else if (m.at("statusMessage"))
      m.text(out.status_message);
    else if (m.at("forkable"))
      m.flag(out.forkable);
    else if (m.at("project")) {
      read(m.object(), out.project);
      m.step();
    } else if (m.at("public"))
      m.flag(out.is_public);
    else if (m.at("archived"))
      m.flag(out.archived);
    else if (m.at("links")) {
      read(m.object(), out.links);
      m.step();
    } else
      m.step();
  }
}

ondemand::object root_of(const Body& body, ondemand::document& document) {
  static thread_local ondemand::parser parser;
  const std::string_view text = body.text();
  check(parser.iterate(simdjson::padded_string_view(text.data(), text.size(), body.capacity()))
            .get(document));
  ondemand::object out;
  check(document.get_object().get(out));
  return out;
}

template <class T>
void read_page(const Body& body, Page<T>& out) {
  ondemand::document document;
  for (Members m(root_of(body, document)); m.more();) {
    if (m.at("size")) {
      m.number(out.size);
      out.values.reserve(static_cast<std::size_t>(std::clamp<std::int64_t>(*out.size, 0, 10000)));
    } else if (m.at("limit")) {
      m.number(out.limit);
    } else if (m.at("isLastPage")) {
      m.flag(out.is_last_page.emplace());
    } else if (m.at("values")) {
      read(m.array(), out.values);
      m.step();
    } else if (m.at("start")) {
      m.number(out.start);
    } else if (m.at("nextPageStart")) {
      m.number(out.next_page_start);
    } else {
      m.step();
    }
  }
}

}  // namespace

void Body::reserve(std::size_t size) {
  if (size + padding <= capacity_) return;
  std::unique_ptr<char[]> larger(new char[size + padding]);
  std::memcpy(larger.get(), memory_.get(), size_);
  memory_.swap(larger);
  capacity_ = size + padding;
}

void Body::append(const char* data, std::size_t size) {
  if (size_ + size + padding > capacity_) reserve(std::max(size_ + size, 2 * size_));
  std::memcpy(memory_.get() + size_, data, size);
  size_ += size;
}

void decode(const Body& body, Page<Commit>& out) { read_page(body, out); }
void decode(const Body& body, Page<Change>& out) { read_page(body, out); }
void decode(const Body& body, Repo& out) {
  ondemand::document document;
  read(root_of(body, document), out);
}

std::optional<std::int64_t> next_start_in_tail(std::string_view body) noexcept {
  constexpr std::string_view name = "\"nextPageStart\":";
  const std::string_view tail = body.substr(body.size() - std::min<std::size_t>(body.size(), 200));
  const std::size_t at = tail.rfind(name);
  if (at == std::string_view::npos) return std::nullopt;
  std::int64_t start = 0;
  const char* first = tail.data() + at + name.size();
  if (std::from_chars(first, tail.data() + tail.size(), start).ptr == first) return std::nullopt;
  return start;
}

}  // namespace benchmarks::limit
