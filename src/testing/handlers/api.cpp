#include "testing/handlers/api.hpp"

namespace bitbucket::embedded {

Api::Api(const GitServerOptions& options, Clock clock, Accounts& accounts, Catalog& catalog,
         const Entities& entities, Deliveries& deliveries)
    : options_(options),
      clock_(std::move(clock)),
      accounts_(accounts),
      catalog_(catalog),
      entities_(entities),
      deliveries_(deliveries),
      pager_(options) {}

std::span<const Api::Operation> Api::operations() {
  using A = Api;
  constexpr auto nothing = Need::nothing;
  constexpr auto read = Need::read;
  constexpr auto admin = Need::admin;
  // clang-format off
  static constexpr Operation table[] = {
      {"GET", "application-properties", &A::application_properties, nothing},
      {"GET", "users", &A::users},
      {"DELETE", "admin/users/captcha", &A::clear_captcha, admin},
      {"GET", "repos", &A::list_repositories, nothing},
      {"GET", "projects", &A::list_projects},
      {"GET", "projects/{project}", &A::get_project},
      {"GET", "projects/{project}/repos", &A::list_project_repositories},
      {"GET", "projects/{project}/repos/{repo}", &A::get_repository},
      {"GET", "projects/{project}/repos/{repo}/commits", &A::list_commits},
      {"GET", "projects/{project}/repos/{repo}/commits/{commit}", &A::get_commit},
      {"GET", "projects/{project}/repos/{repo}/commits/{commit}/changes", &A::list_changes},
      {"GET", "projects/{project}/repos/{repo}/branches", &A::list_branches},
      {"GET", "projects/{project}/repos/{repo}/branches/default", &A::get_default_branch},
      {"GET", "projects/{project}/repos/{repo}/default-branch", &A::get_default_branch},
      {"GET", "projects/{project}/repos/{repo}/tags", &A::list_tags},
      {"GET", "projects/{project}/repos/{repo}/raw/{path...}", &A::get_raw, read, false, true},
      {"GET", "projects/{project}/repos/{repo}/webhooks", &A::list_webhooks, admin},
      {"POST", "projects/{project}/repos/{repo}/webhooks", &A::create_webhook, admin, true},
      {"POST", "projects/{project}/repos/{repo}/webhooks/test", &A::test_webhook, admin},
      {"GET", "projects/{project}/repos/{repo}/webhooks/{webhook}", &A::get_webhook, admin},
      {"PUT", "projects/{project}/repos/{repo}/webhooks/{webhook}", &A::replace_webhook, admin, true},
      {"DELETE", "projects/{project}/repos/{repo}/webhooks/{webhook}", &A::delete_webhook, admin},
      {"GET", "projects/{project}/repos/{repo}/webhooks/{webhook}/latest", &A::latest_delivery, admin},
  };
  // clang-format on
  return table;
}

RepositoryPtr Api::repository(const Call& call) const {
  return catalog_.repository(call.param("project"), call.param("repo"));
}

std::int64_t Api::now_ms() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock_().time_since_epoch()).count();
}

void answer_json(HttpResponse& response, const Json& value, int status) {
  response.status = status;
  response.content("application/json;charset=UTF-8", dump(value));
}

}  // namespace bitbucket::embedded
