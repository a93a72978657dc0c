#pragma once

#include <memory>
#include <span>
#include <string_view>

#include <bitbucket/testing/git_server.hpp>

#include "testing/base/clock.hpp"
#include "testing/base/path.hpp"
#include "testing/rest/call.hpp"
#include "testing/rest/entities.hpp"
#include "testing/rest/paging.hpp"
#include "testing/state/accounts.hpp"
#include "testing/state/catalog.hpp"
#include "testing/webhooks/deliveries.hpp"

// The operations of the REST API: one class for each family of them, in a file of the same name.
namespace bitbucket::inline v0_1::testing::embedded {

/// What the operations work with.
struct Services {
  const GitServerOptions& options;
  Clock clock;
  Accounts& accounts;
  Catalog& catalog;
  const Entities& entities;
  Deliveries& deliveries;
  Pager& pager;
};

class Family;

/// What must hold before an operation runs.
struct RouteRules {
  Need need = Need::read;
  bool json_body = false;   ///< 415 without one
  bool any_answer = false;  ///< answers with other than JSON
};

/// One operation.
struct Route {
  std::string_view method;
  PathPattern path;  ///< below /rest/api/1.0/
  void (*run)(Family& family, Call& call);
  RouteRules rules;
};

/// The operations of one family.
class Family {
 public:
  explicit Family(Services& services) : services_(services) {}
  virtual ~Family() = default;
  Family(const Family&) = delete;
  Family& operator=(const Family&) = delete;

  /// Returns the routes, which are parsed once for all servers.
  [[nodiscard]] virtual std::span<const Route> routes() const = 0;

 protected:
  [[nodiscard]] RepositoryPtr repository(const Call& call) const {
    return services_.catalog.repository(call.param("project"), call.param("repo"));
  }

  Services& services_;
};

template <class Owner>
Owner owner_of(void (Owner::*)(Call&));

/// Makes the route of a member function: `route<&Repos::get>("GET", "...")`.
template <auto member>
Route route(std::string_view method, std::string_view path, RouteRules rules = {}) {
  const auto run = [](Family& family, Call& call) {
    (static_cast<decltype(owner_of(member))&>(family).*member)(call);
  };
  return {method, PathPattern(path), run, rules};
}

std::unique_ptr<Family> make_branches(Services& services);
std::unique_ptr<Family> make_commits(Services& services);
std::unique_ptr<Family> make_files(Services& services);
std::unique_ptr<Family> make_hooks(Services& services);
std::unique_ptr<Family> make_projects(Services& services);
std::unique_ptr<Family> make_repos(Services& services);
std::unique_ptr<Family> make_server(Services& services);
std::unique_ptr<Family> make_tags(Services& services);
std::unique_ptr<Family> make_users(Services& services);

}  // namespace bitbucket::inline v0_1::testing::embedded
