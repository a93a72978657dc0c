#include <bitbucket/model/common.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "model/codec.hpp"

namespace bitbucket::inline v0_1 {

EnumWords<UserType> enum_words(UserType) {
  using enum UserType;
  static constexpr EnumWord<UserType> words[] = {{normal, "NORMAL"}, {service, "SERVICE"}};
  return words;
}

namespace json {

void fields(Link& l, auto& f) {
  f("href", l.href);
  f("name", l.name);
}

void fields_of_account(auto& p, auto& f) {
  f("emailAddress", p.email_address);
  f("id", p.id);
  f("displayName", p.display_name);
  f("active", p.active);
  f("slug", p.slug);
  f("type", p.type);
  f("links", p.links);
  f("avatarUrl", p.avatar_url);
}

void fields(User& u, auto& f) {
  f.required("name", u.name);
  fields_of_account(u, f);
}

void fields(Person& p, auto& f) {
  f("name", p.name);
  fields_of_account(p, f);
}

namespace {

/// Each relation is compared with the links that came before it, so that neither may be many.
constexpr std::size_t max_links = 1000;
constexpr std::size_t max_relations = 100;

void read_link(std::string_view rel, Cursor& in, Links& out) {
  if (is_null(in)) return;
  if (out.items.size() == max_links) fail(in.at, "too many links");
  Link& link = out.items.emplace_back();
  link.rel = rel;
  read(in, link);
}

void read_relation(std::string_view rel, Cursor& in, Links& out) {
  std::erase_if(out.items, [&](const Link& link) { return link.rel == rel; });  // the last one wins
  if (is_null(in)) return;
  if (first_of(in) == '{') return read_link(rel, in, out);
  each_element(in, [&](Cursor& item) { read_link(rel, item, out); });
}

}  // namespace

void read(Cursor& in, Links& out) {
  Walk walk(in);
  for (std::size_t relations = 0; !walk.done(); ++relations) {
    const std::string_view raw = walk.raw_key();
    const ClearKey rel(raw, in.at);
    Cursor value = walk.take(rel.text());
    if (relations == max_relations) fail(value.at, "too many links");
    read_relation(rel.text(), value, out);
    walk.step(value);
  }
  in.token = walk.next();
}

void write(Writer& out, const Link& value) {
  out.object([&](Writer& members) {
    members("href", value.href);
    if (!value.name.empty()) members("name", value.name);
  });
}

void write(Writer& out, const Links& value) {
  // Links with one relation need not follow each other.
  std::vector<std::pair<std::string_view, std::vector<Link>>> relations;
  for (const Link& link : value.items) {
    auto found = std::find_if(relations.begin(), relations.end(),
                              [&](const auto& relation) { return relation.first == link.rel; });
    if (found == relations.end()) found = relations.insert(found, {link.rel, {}});
    found->second.push_back(link);
  }
  out.object([&](Writer& members) {
    for (const auto& [rel, links] : relations) members.member(rel, links);
  });
}

}  // namespace json

std::string_view Links::find(std::string_view rel, std::string_view name) const noexcept {
  for (const Link& link : items)
    if (link.rel == rel && (name.empty() || link.name == name)) return link.href;
  return {};
}

const detail::ModelCodec<User>& model_codec(const User*) { return json::codec<User>; }
const detail::ModelCodec<Person>& model_codec(const Person*) { return json::codec<Person>; }

}  // namespace bitbucket::inline v0_1
