#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "testing/rest/call.hpp"
#include "testing/rest/entities.hpp"
#include "testing/rest/paging.hpp"
#include "testing/state/catalog.hpp"
#include "testing/webhooks/deliveries.hpp"

namespace bitbucket::embedded {

/// The operations of /rest/api; one rest_*.cpp for each family of them.
class Api {
 public:
  Api(const GitServerOptions& options, Clock clock, Accounts& accounts, Catalog& catalog,
      const Entities& entities, Deliveries& deliveries);

  enum class Need { nothing, read, admin };
  struct Operation {
    std::string_view method;
    std::string_view pattern;  ///< below /rest/api/1.0/
    void (Api::*run)(Call&);
    Need need = Need::read;
    bool json_body = false;   ///< 415 without one
    bool any_answer = false;  ///< answers with other than JSON
  };
  static std::span<const Operation> operations();

 private:
  // rest_server.cpp
  void application_properties(Call& call);
  void users(Call& call);
  void clear_captcha(Call& call);
  // rest_repositories.cpp
  void list_repositories(Call& call);
  void list_projects(Call& call);
  void get_project(Call& call);
  void list_project_repositories(Call& call);
  void get_repository(Call& call);
  // rest_commits.cpp
  void list_commits(Call& call);
  void get_commit(Call& call);
  void list_changes(Call& call);
  void get_raw(Call& call);
  // rest_refs.cpp
  void list_branches(Call& call);
  void list_tags(Call& call);
  void get_default_branch(Call& call);
  // rest_webhooks.cpp
  void list_webhooks(Call& call);
  void create_webhook(Call& call);
  void get_webhook(Call& call);
  void replace_webhook(Call& call);
  void delete_webhook(Call& call);
  void test_webhook(Call& call);
  void latest_delivery(Call& call);

  [[nodiscard]] RepositoryPtr repository(const Call& call) const;
  [[nodiscard]] std::optional<plumbing::Ref> default_branch(ServedRepository& repository) const;
  /// Returns the commit of the default branch; nothing for an empty repository.
  [[nodiscard]] std::optional<std::string> default_commit(ServedRepository& repository) const;
  /// Returns the id a revision means (the default branch when empty) or throws the 404.
  [[nodiscard]] std::string resolve(ServedRepository& repository,
                                    const std::string& revision) const;
  [[nodiscard]] std::vector<std::string> commit_texts(ServedRepository& repository,
                                                      const std::vector<std::string>& ids) const;
  [[nodiscard]] Json commit_counts(ServedRepository& repository,
                                   const plumbing::HistoryQuery& query) const;
  [[nodiscard]] Json branch_details(ServedRepository& repository, const plumbing::Ref& ref,
                                    const std::string& base) const;
  void page_of_repositories(Call& call, const std::vector<RepositoryPtr>& found);
  [[nodiscard]] std::int64_t now_ms() const;

  const GitServerOptions& options_;
  const Clock clock_;
  Accounts& accounts_;
  Catalog& catalog_;
  const Entities& entities_;
  Deliveries& deliveries_;
  Pager pager_;
};

/// Answers with a JSON document.
void answer_json(HttpResponse& response, const Json& value, int status = 200);

}  // namespace bitbucket::embedded
