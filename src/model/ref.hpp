#pragma once

#include <bitbucket/model/ref.hpp>

namespace bitbucket::inline v0_1::json {

template <class F>
void fields(Branch& b, F& f) {
  f.required("id", b.id);
  f("displayId", b.display_id);
  f("type", b.type);
  f("latestCommit", b.latest_commit);
  f("latestChangeset", b.latest_changeset);
  f("isDefault", b.is_default);
  f("metadata", b.metadata);
}

template <class F>
void fields(Tag& t, F& f) {
  f.required("id", t.id);
  f("displayId", t.display_id);
  f("type", t.type);
  f("latestCommit", t.latest_commit);
  f("latestChangeset", t.latest_changeset);
  f("hash", t.hash);
}

}  // namespace bitbucket::inline v0_1::json
