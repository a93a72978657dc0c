#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/trim.hpp"
#include "testing/base/refusal.hpp"
#include "testing/handlers/family.hpp"
#include "testing/webhooks/repository_events.hpp"

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
  void update(Call& call);

  void answer_page(Call& call, const std::vector<FactsPtr>& found);
  [[nodiscard]] RepositoryFacts edited(RepositoryFacts facts, const nlohmann::json& body) const;
};

std::span<const Route> Repos::routes() const {
  static const Route all[] = {
      route<&Repos::list>("GET", "repos", {.need = Need::nothing}),
      route<&Repos::list_in_project>("GET", "projects/{project}/repos"),
      route<&Repos::get>("GET", "projects/{project}/repos/{repo}"),
      route<&Repos::update>("PUT", "projects/{project}/repos/{repo}",
                            {.need = Need::admin, .json_body = true}),
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
bool any_passes(const Call& call) {
  const std::string state = call.value("state");
  if (!state.empty() && !one_of(state, {states[0], states[1], states[2], states[3]})) {
    throw invalid("state", "'" + state + "' is not a state of a repository.");
  }
  const std::string permission = call.value("permission");
  if (!permission.empty() && !one_of(permission, {"REPO_READ", "REPO_WRITE", "REPO_ADMIN"})) {
    throw invalid("permission", "'" + permission + "' is not a permission on repositories.");
  }
  if (!permission.empty() && !call.caller.may(permission)) return false;
  return state.empty() || equals_ignoring_case(state, "AVAILABLE");
}

/// The filters by what an administrator can change.
class SettingsFilter {
 public:
  SettingsFilter(const Call& call, const Entities& entities)
      : entities_(entities),
        visibility_(call.value("visibility")),
        // A parameter that a version does not know is ignored.
        archived_(entities.archiving() ? call.value("archived") : "ALL") {
    if (!visibility_.empty() && !one_of(visibility_, {"public", "private"})) {
      throw invalid("visibility", "'" + visibility_ + "' is not a visibility.");
    }
    if (archived_.empty()) archived_ = "ACTIVE";
    if (!one_of(archived_, {"ACTIVE", "ARCHIVED", "ALL"})) {
      throw invalid("archived", "'" + archived_ + "' is not one of ACTIVE, ARCHIVED, ALL.");
    }
  }
  [[nodiscard]] bool passes(const RepositoryFacts& repository) const {
    const bool visible = visibility_.empty() || equals_ignoring_case(visibility_, "public") ==
                                                    entities_.is_public(repository);
    return visible &&
           (one_of(archived_, {"ALL"}) || one_of(archived_, {"ARCHIVED"}) == repository.archived);
  }

 private:
  const Entities& entities_;
  std::string visibility_, archived_;
};

void Repos::list(Call& call) {
  // Bitbucket answers an anonymous caller with what is public: nothing, or everything here.
  const bool visible = call.caller.user || services_.options.anonymous_reads;
  const SettingsFilter settings(call, services_.entities);
  std::vector<FactsPtr> found;
  if (any_passes(call) && visible) {
    const std::string name(detail::trim(call.value("name")));
    const std::string project_name(detail::trim(call.value("projectname")));
    const std::string project_key(detail::trim(call.value("projectkey")));
    for (const FactsPtr& repository : services_.catalog.repositories()) {
      const Project& project = *repository->project;
      if (settings.passes(*repository) && contains_ignoring_case(repository->name, name) &&
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
  std::vector<FactsPtr> found;
  for (const FactsPtr& repository : services_.catalog.repositories()) {
    if (repository->project == project) found.push_back(repository);
  }
  answer_page(call, found);
}

void Repos::get(Call& call) {
  answer_json(call.response, services_.entities.repository(*repository(call)->facts()));
}

/// Returns a member of a body, or nothing when it is absent; throws the 400 when it is no T.
template <class T>
std::optional<T> member_of(const nlohmann::json& body, const char* name) {
  const auto found = body.find(name);
  if (found == body.end() || found->is_null()) return std::nullopt;
  constexpr bool text = std::is_same_v<T, std::string>;
  if (text ? found->is_string() : found->is_boolean()) return found->get<T>();
  throw invalid(
      name, "The value of '" + std::string(name) + "' is not a " + (text ? "text." : "boolean."));
}

/// Returns the name that a body gives a repository; throws the 400 when it cannot be one.
std::string repository_name(const std::string& text) {
  std::string name(detail::trim(text));
  const std::string slug = repository_slug(name);
  const bool readable = std::any_of(slug.begin(), slug.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
  if (!readable || name.size() > 128) {
    throw invalid("name",
                  "The name of a repository must have between 1 and 128 characters, one of them a "
                  "letter or a digit.");
  }
  return name;
}

/// Returns the branch that the body names as the default.
std::optional<std::string> named_default_branch(const nlohmann::json& body,
                                                ServedRepository& repository) {
  const auto name = member_of<std::string>(body, "defaultBranch");
  if (!name) return std::nullopt;
  for (const git::Ref& branch : repository.git.branches()) {
    if (branch.name == *name || display_name(branch.name) == *name) return branch.name;
  }
  throw refusal(404, "Branch '" + *name + "' does not exist.",
                "com.atlassian.bitbucket.repository.NoSuchBranchException", "defaultBranch");
}

void Repos::update(Call& call) {
  const nlohmann::json body = call.json();
  if (!body.is_object()) throw invalid("", "The body is not a JSON object.");
  const RepositoryPtr repository = this->repository(call);
  const std::scoped_lock lock(repository->changing);
  const FactsPtr before = repository->facts();
  const RepositoryFacts after = edited(*before, body);
  if (before->archived && after.archived) {
    throw refusal(409, "The repository " + before->name + " is archived.",
                  "com.atlassian.bitbucket.repository.RepositoryArchivedException");
  }
  const auto default_branch = named_default_branch(body, *repository);
  services_.catalog.change(*repository, after);
  if (default_branch) repository->git.set_default_branch(*default_branch);
  if (after != *before) {
    const Json event = repository_modified(services_.entities, *call.caller.user, services_.clock(),
                                           services_.options.version, *before, after);
    services_.deliveries.publish(repository, repository_modified_event, event);
  }
  answer_json(call.response, services_.entities.repository(after), 201);
}

RepositoryFacts Repos::edited(RepositoryFacts facts, const nlohmann::json& body) const {
  if (const auto name = member_of<std::string>(body, "name")) {
    facts.name = repository_name(*name);
    facts.slug = repository_slug(facts.name);
  }
  if (auto text = member_of<std::string>(body, "description")) facts.description = std::move(*text);
  if (const auto flag = member_of<bool>(body, "forkable")) facts.forkable = *flag;
  if (const auto flag = member_of<bool>(body, "public")) facts.is_public = *flag;
  if (const auto flag = member_of<bool>(body, "archived"); flag && services_.entities.archiving()) {
    facts.archived = *flag;
  }
  const auto project = body.find("project");
  if (project == body.end() || project->is_null()) return facts;
  const auto key = project->is_object() ? member_of<std::string>(*project, "key") : std::nullopt;
  if (!key) throw invalid("project", "The project has no key.");
  facts.project = services_.catalog.project(*key);
  return facts;
}

void Repos::answer_page(Call& call, const std::vector<FactsPtr>& found) {
  services_.pager.answer_rows(call, found.size(), [&](std::size_t i) {
    return dump(services_.entities.repository(*found[i]));
  });
}

}  // namespace

std::unique_ptr<Family> make_repos(Services& services) { return std::make_unique<Repos>(services); }

}  // namespace bitbucket::inline v0_1::testing::embedded
