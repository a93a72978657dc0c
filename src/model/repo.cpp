#include <bitbucket/model/repo.hpp>

#include "model/codec.hpp"

namespace bitbucket::inline v0_1 {

EnumWords<RepoState> enum_words(RepoState) {
  using enum RepoState;
  static constexpr EnumWord<RepoState> words[] = {{available, "AVAILABLE"},
                                                  {initialising, "INITIALISING"},
                                                  {initialisation_failed, "INITIALISATION_FAILED"},
                                                  {offline, "OFFLINE"}};
  return words;
}

EnumWords<RepoFilter::Permission> enum_words(RepoFilter::Permission) {
  using enum RepoFilter::Permission;
  static constexpr EnumWord<RepoFilter::Permission> words[] = {
      {read, "REPO_READ"}, {write, "REPO_WRITE"}, {admin, "REPO_ADMIN"}};
  return words;
}

EnumWords<RepoFilter::Visibility> enum_words(RepoFilter::Visibility) {
  using enum RepoFilter::Visibility;
  static constexpr EnumWord<RepoFilter::Visibility> words[] = {{is_public, "public"},
                                                               {is_private, "private"}};
  return words;
}

EnumWords<RepoFilter::Archived> enum_words(RepoFilter::Archived) {
  using enum RepoFilter::Archived;
  static constexpr EnumWord<RepoFilter::Archived> words[] = {
      {active, "ACTIVE"}, {archived, "ARCHIVED"}, {all, "ALL"}};
  return words;
}

namespace json {

void fields(Repo& r, auto& f) {
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

void fields(RepoUpdate& u, auto& f) {
  f("name", u.name);
  f("description", u.description);
  f.nested("project", [&u](auto& inner) { inner("key", u.project); });
  f("defaultBranch", u.default_branch);
  f("forkable", u.forkable);
  f("public", u.is_public);
  f("archived", u.archived);
}

void fields(RepoFilter& r, auto& f) {
  f("name", r.name);
  f("projectname", r.project_name);
  f("projectkey", r.project_key);
  f("permission", r.permission);
  f("visibility", r.visibility);
  f("state", r.state);
  f("archived", r.archived);
}

}  // namespace json

const detail::ModelCodec<Repo>& model_codec(const Repo*) { return json::codec<Repo>; }
const detail::ModelCodec<RepoUpdate>& model_codec(const RepoUpdate*) {
  return json::codec<RepoUpdate>;
}

void append_query(Parameters& query, const RepoFilter& filter) {
  json::append_fields(query, filter);
}

}  // namespace bitbucket::inline v0_1
