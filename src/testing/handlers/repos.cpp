#include "testing/handlers/api.hpp"

// Projects and repositories.
namespace bitbucket::embedded {
namespace {

constexpr std::string_view kStates[] = {"AVAILABLE", "INITIALISING", "INITIALISATION_FAILED",
                                        "OFFLINE"};

bool one_of(const std::string& value, std::initializer_list<std::string_view> allowed) {
  for (const std::string_view option : allowed) {
    if (equals_ignoring_case(option, value)) return true;
  }
  return false;
}

/// Whether the filters that are the same for all repositories of this server let any through.
bool any_passes(const Call& call, const Entities& entities) {
  const std::string visibility = call.value("visibility");
  if (!visibility.empty() && !one_of(visibility, {"public", "private"})) {
    throw invalid("visibility", "'" + visibility + "' is not a visibility.");
  }
  // A parameter that a version does not know is ignored.
  const std::string archived = entities.archiving() ? call.value("archived") : "";
  if (!archived.empty() && !one_of(archived, {"ACTIVE", "ARCHIVED", "ALL"})) {
    throw invalid("archived", "'" + archived + "' is not one of ACTIVE, ARCHIVED, ALL.");
  }
  const std::string state = call.value("state");
  if (!state.empty() && !one_of(state, {kStates[0], kStates[1], kStates[2], kStates[3]})) {
    throw invalid("state", "'" + state + "' is not a state of a repository.");
  }
  const std::string permission = call.value("permission");
  if (!permission.empty() && !one_of(permission, {"REPO_READ", "REPO_WRITE", "REPO_ADMIN"})) {
    throw invalid("permission", "'" + permission + "' is not a permission on repositories.");
  }
  if (!permission.empty() && !call.caller.may(permission)) return false;
  if (!visibility.empty() &&
      equals_ignoring_case(visibility, "public") != entities.everything_public())
    return false;
  if (equals_ignoring_case(archived, "ARCHIVED")) return false;
  return state.empty() || equals_ignoring_case(state, "AVAILABLE");
}

}  // namespace

void Api::page_of_repositories(Call& call, const std::vector<RepositoryPtr>& found) {
  pager_.answer(call, options_.max_page_limit, found.size(),
                [&](std::size_t i) { return dump(entities_.repository(*found[i])); });
}

void Api::list_repositories(Call& call) {
  // Bitbucket answers an anonymous caller with what is public: nothing, or everything here.
  const bool visible = call.caller.user || options_.anonymous_reads;
  std::vector<RepositoryPtr> found;
  if (any_passes(call, entities_) && visible) {
    const std::string name = trim(call.value("name"));
    const std::string project_name = trim(call.value("projectname"));
    const std::string project_key = trim(call.value("projectkey"));
    for (const RepositoryPtr& repository : catalog_.repositories()) {
      const Project& project = *repository->project;
      if (contains_ignoring_case(repository->name, name) &&
          contains_ignoring_case(project.key, project_name) &&
          (project_key.empty() || equals_ignoring_case(project.key, project_key))) {
        found.push_back(repository);
      }
    }
  }
  page_of_repositories(call, found);
}

void Api::list_projects(Call& call) {
  std::vector<std::shared_ptr<const Project>> found;
  for (const auto& project : catalog_.projects()) {
    if (contains_ignoring_case(project->key, trim(call.value("name")))) found.push_back(project);
  }
  pager_.answer(call, options_.max_page_limit, found.size(),
                [&](std::size_t i) { return dump(entities_.project(*found[i])); });
}

void Api::get_project(Call& call) {
  answer_json(call.response, entities_.project(*catalog_.project(call.param("project"))));
}

void Api::list_project_repositories(Call& call) {
  const auto project = catalog_.project(call.param("project"));
  std::vector<RepositoryPtr> found;
  for (const RepositoryPtr& repository : catalog_.repositories()) {
    if (repository->project == project) found.push_back(repository);
  }
  page_of_repositories(call, found);
}

void Api::get_repository(Call& call) {
  answer_json(call.response, entities_.repository(*repository(call)));
}

}  // namespace bitbucket::embedded
