#pragma once

#include <bitbucket/model/repo.hpp>

#include "model/project.hpp"

namespace bitbucket::inline v0_1::json {

template <class F>
void fields(Repo& r, F& f) {
  f.required("slug", r.slug);
  f("id", r.id);
  f("name", r.name);
  f("description", r.description);
  f("hierarchyId", r.hierarchy_id);
  f("scmId", r.scm_id);
  f("state", r.state);
  f("statusMessage", r.status_message);
  f("forkable", r.forkable);
  f("origin", r.origin);
  f("project", r.project);
  f("public", r.is_public);
  f("archived", r.archived);
  f("defaultBranch", r.default_branch);
  f("partition", r.partition);
  f("scope", r.scope);
  f("relatedLinks", r.related_links);
  f("links", r.links);
}

}  // namespace bitbucket::inline v0_1::json
