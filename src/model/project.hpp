#pragma once

#include <bitbucket/model/project.hpp>

#include "model/common.hpp"

namespace bitbucket::inline v0_1::json {

template <class F>
void fields(Project& p, F& f) {
  f.required("key", p.key);
  f("id", p.id);
  f("name", p.name);
  f("description", p.description);
  f("public", p.is_public);
  f("type", p.type);
  f("scope", p.scope);
  f("owner", p.owner);
  f("links", p.links);
  f("avatarUrl", p.avatar_url);
}

}  // namespace bitbucket::inline v0_1::json
