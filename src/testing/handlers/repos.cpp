#include <initializer_list>
#include <string>
#include <vector>

#include "base/trim.hpp"
#include "testing/base/refusal.hpp"
#include "testing/handlers/family.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

/// Repositories.
class Repos final : public Family {
 public:
  using Family::Family;
  [[nodiscard]] std::span<const Route> routes() const override;

 private:
  void list(Call& call);
  void list_in_project(Call& call);
  void get(Call& call);

  void answer_page(Call& call, const std::vector<RepositoryPtr>& found);
};

std::span<const Route> Repos::routes() const {
  static const Route all[] = {
      route<&Repos::list>("GET", "repos", {.need = Need::nothing}),
      route<&Repos::list_in_project>("GET", "projects/{project}/repos"),
      route<&Repos::get>("GET", "projects/{project}/repos/{repo}"),
  };
  return all;
}

constexpr std::string_view states[] = {"AVAILABLE", "INITIALISING", "INITIALISATION_FAILED",
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
  if (!state.empty() && !one_of(state, {states[0], states[1], states[2], states[3]})) {
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

void Repos::list(Call& call) {
  // Bitbucket answers an anonymous caller with what is public: nothing, or everything here.
  const bool visible = call.caller.user || services_.options.anonymous_reads;
  std::vector<RepositoryPtr> found;
  if (any_passes(call, services_.entities) && visible) {
    const std::string name(detail::trim(call.value("name")));
    const std::string project_name(detail::trim(call.value("projectname")));
    const std::string project_key(detail::trim(call.value("projectkey")));
    for (const RepositoryPtr& repository : services_.catalog.repositories()) {
      const Project& project = *repository->project;
      if (contains_ignoring_case(repository->name, name) &&
          contains_ignoring_case(project.key, project_name) &&
          (project_key.empty() || equals_ignoring_case(project.key, project_key))) {
        found.push_back(repository);
      }
    }
  }
  answer_page(call, found);
}

void Repos::list_in_project(Call& call) {
  const auto project = services_.catalog.project(call.param("project"));
  std::vector<RepositoryPtr> found;
  for (const RepositoryPtr& repository : services_.catalog.repositories()) {
    if (repository->project == project) found.push_back(repository);
  }
  answer_page(call, found);
}

void Repos::get(Call& call) {
  answer_json(call.response, services_.entities.repository(*repository(call)));
}

void Repos::answer_page(Call& call, const std::vector<RepositoryPtr>& found) {
  services_.pager.answer_rows(call, found.size(), [&](std::size_t i) {
    return dump(services_.entities.repository(*found[i]));
  });
}

}  // namespace

std::unique_ptr<Family> make_repos(Services& services) { return std::make_unique<Repos>(services); }

}  // namespace bitbucket::inline v0_1::testing::embedded
