#include <string>
#include <vector>

#include "testing/base/refusal.hpp"
#include "testing/handlers/family.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

/// Users.
class Users final : public Family {
 public:
  using Family::Family;
  [[nodiscard]] std::span<const Route> routes() const override;

 private:
  void list(Call& call);
  void clear_captcha(Call& call);
};

std::span<const Route> Users::routes() const {
  static const Route all[] = {
      route<&Users::list>("GET", "users"),
      route<&Users::clear_captcha>("DELETE", "admin/users/captcha", {.need = Need::admin}),
  };
  return all;
}

void Users::list(Call& call) {
  const std::string filter = call.value("filter");
  std::vector<User> found;
  for (const User& user : services_.accounts.all()) {
    if (contains_ignoring_case(user->name, filter) ||
        contains_ignoring_case(user->display_name, filter) ||
        contains_ignoring_case(user->email, filter)) {
      found.push_back(user);
    }
  }
  services_.pager.answer_rows(
      call, found.size(), [&](std::size_t i) { return dump(services_.entities.user(*found[i])); });
}

void Users::clear_captcha(Call& call) {
  const std::string name = call.value("name");
  if (!services_.accounts.find(name)) {
    throw refusal(404, "User " + name + " does not exist.",
                  "com.atlassian.bitbucket.user.NoSuchUserException");
  }
  services_.accounts.clear_captcha(name);
  call.response.status = 204;
}

}  // namespace

std::unique_ptr<Family> make_users(Services& services) { return std::make_unique<Users>(services); }

}  // namespace bitbucket::inline v0_1::testing::embedded
