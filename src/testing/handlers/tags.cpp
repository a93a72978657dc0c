#include <vector>

#include "testing/handlers/family.hpp"
#include "testing/handlers/ref_filter.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

/// Tags.
class Tags final : public Family {
 public:
  using Family::Family;
  [[nodiscard]] std::span<const Route> routes() const override;

 private:
  void list(Call& call);
};

std::span<const Route> Tags::routes() const {
  static const Route all[] = {
      route<&Tags::list>("GET", "projects/{project}/repos/{repo}/tags"),
  };
  return all;
}

void Tags::list(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  const std::vector<git::Ref> found = filter_refs(call, repository->git.tags());
  services_.pager.answer_rows(
      call, found.size(), [&](std::size_t i) { return dump(services_.entities.tag(found[i])); });
}

}  // namespace

std::unique_ptr<Family> make_tags(Services& services) { return std::make_unique<Tags>(services); }

}  // namespace bitbucket::inline v0_1::testing::embedded
