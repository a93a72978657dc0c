#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "testing/oauth/provider.hpp"
#include "testing/state/accounts.hpp"

// What the user of an application sees in the browser: plain HTML that works without a script.
namespace bitbucket::inline v0_1::testing::embedded {

/// What the approve page asks, and of whom.
struct Question {
  PendingToken token;
  User signed_in;           ///< null: one of `users` is chosen on the page
  std::vector<User> users;  ///< all that this server knows
  std::string action;       ///< where the form goes
  std::string fallback;     ///< the callback of the authorize address, kept for the answer
  std::string callback;     ///< where the browser goes afterwards; empty: a code is shown
};

std::string approve_page(const Question& question);
std::string verifier_page(const AnsweredToken& answer);
/// Returns the script of that page, the only one that the browser may run.
std::string_view verifier_script();
std::string denied_page(const AnsweredToken& answer);
/// `back` is a link to try again; empty: there is none.
std::string problem_page(const std::string& title, const std::string& text,
                         const std::string& back = {});

}  // namespace bitbucket::inline v0_1::testing::embedded
