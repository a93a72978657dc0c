#include "peer/typed.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace benchmarks::peer {
namespace {

using namespace bitbucket;
using nlohmann::json;

template <class T>
void member(const json& in, const char* name, T& out) {
  if (const auto it = in.find(name); it != in.end() && !it->is_null()) it->get_to(out);
}

template <class E>
void member(const json& in, const char* name, Open<E>& out) {
  std::string text;
  member(in, name, text);
  out = Open<E>(text);
}

void member(const json& in, const char* name, Timestamp& out) {
  std::int64_t ms = 0;
  member(in, name, ms);
  out = Timestamp(std::chrono::milliseconds(ms));
}

void member(const json& in, const char* name, RawJson& out) {
  if (const auto it = in.find(name); it != in.end() && !it->is_null()) out.text = it->dump();
}

void member(const json& in, const char* name, Links& out) {
  const auto it = in.find(name);
  if (it == in.end()) return;
  for (const auto& [rel, links] : it->items())
    for (const auto& link : links) {
      Link& added = out.items.emplace_back();
      added.rel = rel;
      member(link, "href", added.href);
      member(link, "name", added.name);
    }
}

void member(const json& in, const char* name, Person& out) {
  const auto it = in.find(name);
  if (it == in.end()) return;
  member(*it, "name", out.name);
  member(*it, "emailAddress", out.email_address);
  member(*it, "id", out.id);
  member(*it, "displayName", out.display_name);
  member(*it, "active", out.active);
  member(*it, "slug", out.slug);
  member(*it, "type", out.type);
  member(*it, "links", out.links);
  member(*it, "avatarUrl", out.avatar_url);
}

void take(const json& in, RepoPath& out) {
  member(in, "components", out.components);
  member(in, "parent", out.parent);
  member(in, "name", out.name);
  member(in, "extension", out.extension);
  member(in, "toString", out.full);
}

void take(const json& in, Project& out) {
  member(in, "key", out.key);
  member(in, "id", out.id);
  member(in, "name", out.name);
  member(in, "description", out.description);
  member(in, "public", out.is_public);
  member(in, "type", out.type);
  member(in, "links", out.links);
}

}  // namespace

void take(const json& in, Commit& out) {
  member(in, "id", out.id);
  member(in, "displayId", out.display_id);
  member(in, "author", out.author);
  member(in, "authorTimestamp", out.author_timestamp);
  member(in, "committer", out.committer);
  member(in, "committerTimestamp", out.committer_timestamp);
  member(in, "message", out.message);
  for (const auto& parent : in.at("parents")) {
    MinimalCommit& added = out.parents.emplace_back();
    member(parent, "id", added.id);
    member(parent, "displayId", added.display_id);
  }
  member(in, "properties", out.properties);
}

void take(const json& in, Change& out) {
  member(in, "contentId", out.content_id);
  member(in, "fromContentId", out.from_content_id);
  take(in.at("path"), out.path);
  member(in, "executable", out.executable);
  member(in, "percentUnchanged", out.percent_unchanged);
  member(in, "type", out.type);
  member(in, "nodeType", out.node_type);
  if (in.contains("srcPath")) take(in.at("srcPath"), out.src_path.emplace());
  if (in.contains("srcExecutable")) member(in, "srcExecutable", out.src_executable.emplace());
  if (in.contains("srcNodeType")) member(in, "srcNodeType", out.src_node_type.emplace());
  member(in, "links", out.links);
  member(in, "properties", out.properties);
}

void take(const json& in, Repo& out) {
  member(in, "slug", out.slug);
  member(in, "id", out.id);
  member(in, "name", out.name);
  member(in, "description", out.description);
  member(in, "hierarchyId", out.hierarchy_id);
  member(in, "scmId", out.scm_id);
  member(in, "state", out.state);
  member(in, "statusMessage", out.status_message);
  member(in, "forkable", out.forkable);
  take(in.at("project"), out.project);
  member(in, "public", out.is_public);
  member(in, "archived", out.archived);
  member(in, "links", out.links);
}

}  // namespace benchmarks::peer
