#pragma once

#include <bitbucket/model/commit.hpp>

#include "model/common.hpp"

namespace bitbucket::inline v0_1::json {

template <class F>
void fields(MinimalCommit& c, F& f) {
  f.required("id", c.id);
  f("displayId", c.display_id);
}

template <class F>
void fields(Commit& c, F& f) {
  f.required("id", c.id);
  f("displayId", c.display_id);
  f("author", c.author);
  f("authorTimestamp", c.author_timestamp);
  f("committer", c.committer);
  f("committerTimestamp", c.committer_timestamp);
  f("message", c.message);
  f("parents", c.parents);
  f("properties", c.properties);
}

}  // namespace bitbucket::inline v0_1::json
