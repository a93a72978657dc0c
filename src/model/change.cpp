#include <bitbucket/model/change.hpp>

#include "model/codec.hpp"

namespace bitbucket::inline v0_1 {

EnumWords<ChangeType> enum_words(ChangeType) {
  using enum ChangeType;
  static constexpr EnumWord<ChangeType> words[] = {
      {add, "ADD"}, {copy, "COPY"}, {del, "DELETE"}, {modify, "MODIFY"}, {move, "MOVE"}};
  return words;
}

EnumWords<NodeType> enum_words(NodeType) {
  using enum NodeType;
  static constexpr EnumWord<NodeType> words[] = {
      {file, "FILE"}, {directory, "DIRECTORY"}, {submodule, "SUBMODULE"}};
  return words;
}

namespace json {

void fields(RepoPath& p, auto& f) {
  f("components", p.components);
  f("parent", p.parent);
  f("name", p.name);
  f("extension", p.extension);
  f("toString", p.full);
}

void fields(ConflictChange& c, auto& f) {
  f("path", c.path);
  f("srcPath", c.src_path);
  f("type", c.type);
}

void fields(Conflict& c, auto& f) {
  f("ourChange", c.our_change);
  f("theirChange", c.their_change);
}

void fields(Change& c, auto& f) {
  f("contentId", c.content_id);
  f("fromContentId", c.from_content_id);
  f.required("path", c.path);
  f("executable", c.executable);
  f("percentUnchanged", c.percent_unchanged);
  f("type", c.type);
  f("nodeType", c.node_type);
  f("srcPath", c.src_path);
  f("srcExecutable", c.src_executable);
  f("srcNodeType", c.src_node_type);
  f("conflict", c.conflict);
  f("links", c.links);
  f("properties", c.properties);
}

void read(Cursor& in, RepoPath& out) {
  if (first_of(in) == '"')
    out.full = text_of(in);
  else
    read_members(in, out);
}

void write(Writer& out, const RepoPath& value) {
  RepoPath text_alone;
  text_alone.full = value.full;
  if (value == text_alone)
    out.text(value.full);
  else
    write_members(out, value);
}

}  // namespace json

std::string RepoPath::str() const {
  if (!full.empty()) return full;
  std::string path;
  for (const std::string& component : components) {
    if (!path.empty()) path += '/';
    path += component;
  }
  if (!path.empty()) return path;
  return parent.empty() || name.empty() ? parent + name : parent + '/' + name;
}

const detail::ModelCodec<Change>& model_codec(const Change*) { return json::codec<Change>; }

}  // namespace bitbucket::inline v0_1
