#include "testing/rest/entities.hpp"

#include "testing/base/text.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

Json self_link(const std::string& href) { return {{"self", Json::array({{{"href", href}}})}}; }

const char* change_type(char status) {
  switch (status) {
    case 'A':
      return "ADD";
    case 'C':
      return "COPY";
    case 'D':
      return "DELETE";
    case 'R':
      return "MOVE";
    case 'M':
    case 'T':
      return "MODIFY";
    default:
      return "UNKNOWN";
  }
}

const char* node_type(const std::string& mode) { return mode == "160000" ? "SUBMODULE" : "FILE"; }

std::string encoded_path(const std::string& path) {
  std::string out;
  for (const std::string& part : split(path, '/')) {
    if (!out.empty()) out += '/';
    out += percent_encode(part);
  }
  return out;
}

Json minimal_commit(const std::string& id) { return {{"id", id}, {"displayId", id.substr(0, 11)}}; }

Json path_json(const std::string& path) {
  std::vector<std::string> components = split(path, '/');
  const std::string name = components.back();
  const auto slash = path.rfind('/');
  const auto dot = name.rfind('.');
  Json out{{"components", std::move(components)},
           {"parent", slash == std::string::npos ? std::string() : path.substr(0, slash)},
           {"name", name}};
  if (dot != std::string::npos && dot + 1 < name.size()) out["extension"] = name.substr(dot + 1);
  out["toString"] = path;
  return out;
}

}  // namespace

std::string display_name(const std::string& ref) {
  const auto slash = ref.find('/', ref.find('/') + 1);
  return slash == std::string::npos ? ref : ref.substr(slash + 1);
}

Json Entities::user(const GitServerUser& user) const {
  Json out{{"name", user.name}};
  if (!user.email.empty()) out["emailAddress"] = user.email;
  out["active"] = true;
  out["displayName"] = user.display_name;
  out["id"] = user.id;
  out["slug"] = user.slug;
  out["type"] = "NORMAL";
  out["links"] = self_link(base_ + "/users/" + user.slug);
  return out;
}

Json Entities::person(const git::Signature& signature) const {
  if (const User known = accounts_.find_by_email(signature.email)) return user(*known);
  return {{"name", signature.name}, {"emailAddress", signature.email}};
}

Json Entities::project(const Project& project) const {
  Json out{{"key", project.key}, {"id", project.id}};
  if (!project.personal()) {
    out["name"] = project.key;
    out["public"] = public_;
    out["type"] = "NORMAL";
    out["links"] = self_link(base_ + "/projects/" + percent_encode(project.key));
    return out;
  }
  const std::string slug = lower(project.key.substr(1));
  out["name"] = slug;
  out["type"] = "PERSONAL";
  for (const User& owner : accounts_.all()) {
    if (equals_ignoring_case(owner->slug, slug)) {
      out["name"] = owner->display_name;
      out["owner"] = user(*owner);
    }
  }
  out["links"] = self_link(base_ + "/users/" + percent_encode(slug));
  return out;
}

std::string Entities::page_of(const RepositoryFacts& repository) const {
  const Project& project = *repository.project;
  const std::string owner = project.personal()
                                ? "/users/" + percent_encode(lower(project.key.substr(1)))
                                : "/projects/" + percent_encode(project.key);
  return base_ + owner + "/repos/" + repository.slug;
}

Json Entities::repository(const RepositoryFacts& repository) const {
  const std::string clone = base_ + "/scm/" + percent_encode(lower(repository.project->key)) + '/' +
                            repository.slug + ".git";
  Json links{{"clone", Json::array({{{"href", clone}, {"name", "http"}}})}};
  links["self"] = Json::array({{{"href", page_of(repository) + "/browse"}}});
  Json out{{"slug", repository.slug},
           {"id", repository.id},
           {"name", repository.name},
           {"hierarchyId", repository.hierarchy},
           {"scmId", "git"},
           {"state", "AVAILABLE"},
           {"statusMessage", "Available"},
           {"forkable", repository.forkable},
           {"project", project(*repository.project)},
           {"public", is_public(repository)}};
  if (!repository.description.empty()) out["description"] = repository.description;
  if (archiving_) out["archived"] = repository.archived;
  out["links"] = std::move(links);
  return out;
}

Json Entities::commit(const git::CommitData& commit) const {
  Json out = minimal_commit(commit.id);
  out["author"] = person(commit.author);
  out["authorTimestamp"] = commit.author.seconds * 1000;
  out["committer"] = person(commit.committer);
  out["committerTimestamp"] = commit.committer.seconds * 1000;
  out["message"] = commit.message;
  Json parents = Json::array();
  for (const std::string& parent : commit.parents) parents.push_back(minimal_commit(parent));
  out["parents"] = std::move(parents);
  return out;
}

Json Entities::branch(const git::Ref& ref, const std::string& default_branch) const {
  return {{"id", ref.name},
          {"displayId", display_name(ref.name)},
          {"type", "BRANCH"},
          {"latestCommit", ref.commit},
          {"latestChangeset", ref.commit},
          {"isDefault", ref.name == default_branch}};
}

Json Entities::tag(const git::Ref& ref) const {
  return {{"id", ref.name},
          {"displayId", display_name(ref.name)},
          {"type", "TAG"},
          {"latestCommit", ref.commit},
          {"latestChangeset", ref.commit},
          {"hash", ref.object.empty() ? Json() : Json(ref.object)}};
}

Json Entities::change(const RepositoryFacts& repository, const std::string& commit,
                      const git::FileChange& change) const {
  const bool added = change.status == 'A';
  const bool deleted = change.status == 'D';
  const bool renamed = change.status == 'R' || change.status == 'C';
  const std::string type = change_type(change.status);
  Json out{{"contentId", change.new_id},
           {"fromContentId", change.old_id},
           {"path", path_json(change.path)},
           {"executable", change.new_mode == "100755"},
           {"percentUnchanged", renamed ? change.score : -1},
           {"type", type},
           {"nodeType", node_type(deleted ? change.old_mode : change.new_mode)}};
  if (renamed) out["srcPath"] = path_json(change.old_path);
  if (!added) {
    out["srcExecutable"] = change.old_mode == "100755";
    out["srcNodeType"] = node_type(change.old_mode);
  }
  out["links"] =
      self_link(page_of(repository) + "/commits/" + commit + '#' + encoded_path(change.path));
  out["properties"] = {{"gitChangeType", change.status == 'R' ? "RENAME" : type}};
  return out;
}

}  // namespace bitbucket::inline v0_1::testing::embedded
