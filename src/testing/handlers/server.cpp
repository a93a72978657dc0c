#include "testing/handlers/api.hpp"

#include <algorithm>

#include <bitbucket/error.hpp>

// The server itself and its users.
namespace bitbucket::embedded {
namespace {

/// "8.19.3" -> "8019003", as build numbers are made.
std::string build_number(const std::string& version) {
  std::string out;
  for (const std::string& part : split(version, '.')) {
    out += out.empty() ? part : std::string(3 - std::min<std::size_t>(3, part.size()), '0') + part;
  }
  return out;
}

}  // namespace

void Api::application_properties(Call& call) {
  answer_json(call.response, {{"version", options_.version},
                              {"buildNumber", build_number(options_.version)},
                              {"buildDate", "1714521600000"},
                              {"displayName", "Bitbucket"}});
}

void Api::users(Call& call) {
  const std::string filter = call.value("filter");
  std::vector<User> found;
  for (const User& user : accounts_.all()) {
    if (contains_ignoring_case(user->name, filter) ||
        contains_ignoring_case(user->display_name, filter) ||
        contains_ignoring_case(user->email, filter)) {
      found.push_back(user);
    }
  }
  pager_.answer(call, options_.max_page_limit, found.size(),
                [&](std::size_t i) { return dump(entities_.user(*found[i])); });
}

void Api::clear_captcha(Call& call) {
  const std::string name = call.value("name");
  if (!accounts_.find(name)) {
    throw refusal(404, "User " + name + " does not exist.",
                  "com.atlassian.bitbucket.user.NoSuchUserException");
  }
  accounts_.clear_captcha(name);
  call.response.status = 204;
}

}  // namespace bitbucket::embedded
