#include "harness/digest.hpp"

#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace benchmarks {
namespace {

using namespace bitbucket;

void add(Digest& d, std::string_view text) { d.add(text); }
void add(Digest& d, bool value) { d.add(std::uint64_t{value}); }
void add(Digest& d, Timestamp t) {
  d.add(static_cast<std::uint64_t>(t.time_since_epoch().count()));
}
void add(Digest& d, std::int64_t n) { d.add(static_cast<std::uint64_t>(n)); }
void add(Digest& d, int n) { d.add(static_cast<std::uint64_t>(n)); }
void add(Digest& d, const RawJson& raw) { d.add(raw.text); }

void add(Digest& d, const Link& l);
void add(Digest& d, const Links& links);
void add(Digest& d, const MinimalCommit& c);
void add(Digest& d, const RepoPath& p);
void add(Digest& d, const ConflictChange& c);
void add(Digest& d, const Project& p);

template <class E>
void add(Digest& d, const Open<E>& value) {
  d.add(static_cast<std::uint64_t>(value.value()));
  d.add(value.text());
}

template <class T>
void add(Digest& d, const std::vector<T>& items) {
  d.add(items.size());
  for (const T& item : items) add(d, item);
}

template <class T>
void add(Digest& d, const std::optional<T>& value) {
  d.add(std::uint64_t{value.has_value()});
  if (value) add(d, *value);
}

template <class... T>
void add_all(Digest& d, const T&... members) {
  (add(d, members), ...);
}

void add(Digest& d, const Link& l) { add_all(d, l.rel, l.href, l.name); }
void add(Digest& d, const Links& links) { add(d, links.items); }

template <class P>  // a User or a Person
void add_person(Digest& d, const P& p) {
  add_all(d, p.name, p.email_address, p.id, p.display_name, p.slug, p.active, p.type, p.links,
          p.avatar_url);
}

void add(Digest& d, const MinimalCommit& c) { add_all(d, c.id, c.display_id); }
void add(Digest& d, const RepoPath& p) {
  add_all(d, p.components, p.parent, p.name, p.extension, p.full);
}
void add(Digest& d, const ConflictChange& c) { add_all(d, c.path, c.src_path, c.type); }

void add(Digest& d, const Project& p) {
  add_all(d, p.key, p.id, p.name, p.description, p.is_public, p.type, p.scope, p.owner.has_value());
  if (p.owner) add_person(d, *p.owner);
  add_all(d, p.links, p.avatar_url);
}

}  // namespace

void Digest::add(std::string_view text) noexcept {
  add(text.size());
  const char* at = text.data();
  std::size_t left = text.size();
  std::uint64_t word = 0;
  for (; left >= sizeof word; left -= sizeof word, at += sizeof word) {
    std::memcpy(&word, at, sizeof word);
    add(word);
  }
  if (left == 0) return;
  word = 0;
  std::memcpy(&word, at, left);
  add(word);
}

void add(Digest& d, const Commit& c) {
  add_all(d, c.id, c.display_id);
  add_person(d, c.author);
  add(d, c.author_timestamp);
  add_person(d, c.committer);
  add_all(d, c.committer_timestamp, c.message, c.parents, c.properties);
}

void add(Digest& d, const Change& c) {
  add_all(d, c.content_id, c.from_content_id, c.path, c.src_path, c.executable, c.src_executable,
          c.percent_unchanged, c.type, c.node_type, c.src_node_type, c.conflict.has_value());
  if (c.conflict) add_all(d, c.conflict->our_change, c.conflict->their_change);
  add_all(d, c.links, c.properties);
}

void add(Digest& d, const Repo& r) {
  add_all(d, r.slug, r.id, r.name, r.description, r.hierarchy_id, r.scm_id, r.state,
          r.status_message, r.forkable, r.is_public, r.archived, r.project, r.origin.has_value());
  if (r.origin) add(d, *r.origin);
  add_all(d, r.default_branch, r.partition, r.scope, r.related_links, r.links);
}

}  // namespace benchmarks
