#include "json/reader.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "json/raw_json.hpp"
#include "json/time.hpp"
#include "model/change.hpp"
#include "model/common.hpp"

// The types that are not what their JSON is.

namespace bitbucket::inline v0_1::json {
namespace {

/// Relations are compared with one another, so that there must not be a million of them.
constexpr std::size_t max_links = 1000;

/// Calls `member(key, value)` for the members of an object; keys come unescaped.
template <class F>
void each_member(Cursor& in, F member) {
  for (Walk walk(in); !walk.done();) {
    const std::string_view raw = walk.raw_key();
    const ClearKey clear(raw, in.at);
    walk.respell(walk.key(), raw);
    Cursor value{walk.take(clear.text()), walk.place()};
    member(clear.text(), value);
    walk.step(value);
  }
}

void read_link(std::string_view rel, Cursor& in, Links& out) {
  if (is_null(in)) return;
  Link link;
  link.rel = rel;
  if (out.items.size() == max_links) fail(in.at, "too many links");
  read(in, link);
  out.items.push_back(std::move(link));
}

void read_relation(std::string_view rel, Cursor& in, Links& out) {
  std::erase_if(out.items, [&](const Link& link) { return link.rel == rel; });  // the last one wins
  if (is_null(in)) return;
  if (first_of(in) == '{') return read_link(rel, in, out);
  Place element{.up = &in.at, .depth = in.at.depth + 1};
  for (auto next : start_array(in)) {
    check(next.error(), in.at);
    Cursor item{next.value_unsafe(), element};
    read_link(rel, item, out);
    ++element.index;
  }
}

}  // namespace

void read(Cursor& in, Secret& out) { out = Secret(text_of(in)); }

void read_iso8601(Cursor& in, Timestamp& out) {
  if (!parse_iso8601(text_of(in), out))
    fail(in.at, "expected milliseconds since 1970 or an ISO 8601 time with its zone");
}

void read(Cursor& in, Links& out) {
  each_member(in, [&](std::string_view rel, Cursor& value) { read_relation(rel, value, out); });
}

void read(Cursor& in, RepoPath& out) {
  if (first_of(in) == '"')
    out.full = text_of(in);
  else
    read_members(in, out);
}

void read_document(std::string& body, RawJson& out) {
  out.text.clear();
  if (!is_json(body)) fail({}, body.empty() ? "the body is empty" : "not valid JSON");
  out.text = body;
}

}  // namespace bitbucket::inline v0_1::json
