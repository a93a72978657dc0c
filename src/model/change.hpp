#pragma once

#include <bitbucket/model/change.hpp>

#include "model/common.hpp"

namespace bitbucket::inline v0_1::json {

template <class F>
void fields(RepoPath& p, F& f) {
  f("components", p.components);
  f("parent", p.parent);
  f("name", p.name);
  f("extension", p.extension);
  f("toString", p.full);
}

template <class F>
void fields(ConflictChange& c, F& f) {
  f("path", c.path);
  f("srcPath", c.src_path);
  f("type", c.type);
}

template <class F>
void fields(Conflict& c, F& f) {
  f("ourChange", c.our_change);
  f("theirChange", c.their_change);
}

template <class F>
void fields(Change& c, F& f) {
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

}  // namespace bitbucket::inline v0_1::json
