#include <string>
#include <vector>

#include "testing/handlers/family.hpp"
#include "testing/handlers/ref_filter.hpp"
#include "testing/rest/revisions.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

/// Branches.
class Branches final : public Family {
 public:
  using Family::Family;
  [[nodiscard]] std::span<const Route> routes() const override;

 private:
  void list(Call& call);
  void get_default(Call& call);

  [[nodiscard]] Json details_of(ServedRepository& repository, const git::Ref& ref,
                                const std::string& base) const;
};

std::span<const Route> Branches::routes() const {
  static const Route all[] = {
      route<&Branches::list>("GET", "projects/{project}/repos/{repo}/branches"),
      route<&Branches::get_default>("GET", "projects/{project}/repos/{repo}/branches/default"),
      route<&Branches::get_default>("GET", "projects/{project}/repos/{repo}/default-branch"),
  };
  return all;
}

void Branches::list(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  const std::vector<git::Ref> found = filter_refs(call, repository->git.branches());
  const std::string main = repository->git.default_branch();
  const bool details = call.flag("details");
  std::string base;
  if (const std::string named = call.value("base"); !named.empty()) {
    base = resolve(*repository, named);
  } else if (details) {
    base = default_commit(*repository).value_or("");
  }
  services_.pager.answer_rows(call, found.size(), [&](std::size_t i) {
    Json branch = services_.entities.branch(found[i], main);
    if (details) branch["metadata"] = details_of(*repository, found[i], base);
    return dump(branch);
  });
}

void Branches::get_default(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  if (const auto branch = default_branch(*repository)) {
    answer_json(call.response, services_.entities.branch(*branch, branch->name));
  } else if (services_.options.no_default_branch_is_204) {
    call.response.status = 204;
  } else {
    static_cast<void>(resolve(*repository, ""));  // throws what says so
  }
}

Json Branches::details_of(ServedRepository& repository, const git::Ref& ref,
                          const std::string& base) const {
  const std::string prefix = "com.atlassian.bitbucket.server.bitbucket-branch:";
  Json out = Json::object();
  if (!base.empty()) {
    git::HistoryQuery ahead, behind;
    ahead.until = behind.since = ref.commit;
    ahead.since = behind.until = base;
    out[prefix + "ahead-behind-metadata-provider"] = {{"ahead", repository.git.count(ahead)},
                                                      {"behind", repository.git.count(behind)}};
  }
  out[prefix + "latest-commit-metadata"] =
      services_.entities.commit(repository.git.commits({ref.commit}).front());
  return out;
}

}  // namespace

std::unique_ptr<Family> make_branches(Services& services) {
  return std::make_unique<Branches>(services);
}

}  // namespace bitbucket::inline v0_1::testing::embedded
