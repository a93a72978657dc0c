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
  in.next = each_element(start_array(in), in.at, [&](Cursor& item) { read_link(rel, item, out); });
}

}  // namespace

void read(Cursor& in, Secret& out) { out = Secret(text_of(in)); }

void read_iso8601(Cursor& in, Timestamp& out) {
  if (!parse_iso8601(text_of(in), out))
    fail(in.at, "expected milliseconds since 1970 or an ISO 8601 time with its zone");
}

void read(Cursor& in, Links& out) {
  Walk walk(in);
  for (std::size_t relations = 0; !walk.done(); ++relations) {
    const std::string_view raw = walk.raw_key();
    const ClearKey rel(raw, in.at);
    Cursor value{walk.take(rel.text(), raw), walk.place()};
    if (relations == max_relations) fail(value.at, "too many links");
    read_relation(rel.text(), value, out);
    walk.step(value);
  }
  in.next = walk.next();
}

void read(Cursor& in, RepoPath& out) {
  if (first_of(in) == '"')
    out.full = text_of(in);
  else
    read_members(in, out);
}

void read_document(std::string& body, RawJson& out) {
  out.text.clear();
  if (body.empty()) fail({}, "the body is empty");
  expect_json(body);
  out.text = body;
}

}  // namespace bitbucket::inline v0_1::json
