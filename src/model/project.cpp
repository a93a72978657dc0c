#include <bitbucket/model/project.hpp>

#include "model/codec.hpp"

namespace bitbucket::inline v0_1 {

EnumWords<ProjectType> enum_words(ProjectType) {
  using enum ProjectType;
  static constexpr EnumWord<ProjectType> words[] = {{normal, "NORMAL"}, {personal, "PERSONAL"}};
  return words;
}

namespace json {

void fields(Project& p, auto& f) {
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

}  // namespace json

const detail::ModelCodec<Project>& model_codec(const Project*) { return json::codec<Project>; }

}  // namespace bitbucket::inline v0_1
