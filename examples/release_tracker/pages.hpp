// The pages: plain HTML without scripts.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "service.hpp"

namespace tracker {

// What the form of a set-up shows.
struct SetupForm {
  bitbucket::InstallationConfig config = {};
  std::vector<bitbucket::FieldError> errors = {};
  std::string problem = {};  // of the whole form
};

// Each form that changes something has `token`, which no other site knows.
std::string home_page(const Service& service, const std::string& token);
std::string setup_page(const Service& service, const std::string& token, const SetupForm& form);
std::string repositories_page(const Service& service, const std::string& token,
                              const std::string& query);
// Shows the commits of a release from the row `first` on; nothing when there is no such release.
std::optional<std::string> release_page(const Service& service, const std::string& version,
                                        std::size_t first);
// Shows how an issue is resolved.
std::string issue_page(const Service& service, const std::string& key);
// Shows an error: what happened, and what to do.
std::string error_page(const std::string& title, const std::string& advice);

}  // namespace tracker
