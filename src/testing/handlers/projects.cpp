#include <memory>
#include <vector>

#include "base/trim.hpp"
#include "testing/handlers/family.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

/// Projects.
class Projects final : public Family {
 public:
  using Family::Family;
  [[nodiscard]] std::span<const Route> routes() const override;

 private:
  void list(Call& call);
  void get(Call& call);
};

std::span<const Route> Projects::routes() const {
  static const Route all[] = {
      route<&Projects::list>("GET", "projects"),
      route<&Projects::get>("GET", "projects/{project}"),
  };
  return all;
}

void Projects::list(Call& call) {
  std::vector<std::shared_ptr<const Project>> found;
  for (const auto& project : services_.catalog.projects()) {
    if (contains_ignoring_case(project->key, detail::trim(call.value("name"))))
      found.push_back(project);
  }
  services_.pager.answer_rows(call, found.size(), [&](std::size_t i) {
    return dump(services_.entities.project(*found[i]));
  });
}

void Projects::get(Call& call) {
  answer_json(call.response,
              services_.entities.project(*services_.catalog.project(call.param("project"))));
}

}  // namespace

std::unique_ptr<Family> make_projects(Services& services) {
  return std::make_unique<Projects>(services);
}

}  // namespace bitbucket::inline v0_1::testing::embedded
