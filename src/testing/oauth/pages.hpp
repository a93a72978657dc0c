#pragma once

#include <string>
#include <vector>

#include "testing/accounts.hpp"
#include "testing/oauth/provider.hpp"

// What the user of an application sees in the browser: plain HTML, no script.
namespace bitbucket::embedded {

std::string approve_page(const PendingToken& token, const std::vector<User>& users,
                         const User& signed_in, const std::string& action,
                         const std::string& callback);
std::string verifier_page(const AnsweredToken& answer);
std::string denied_page();
std::string problem_page(const std::string& title, const std::string& text);

}  // namespace bitbucket::embedded
