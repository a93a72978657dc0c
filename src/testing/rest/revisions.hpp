#pragma once

#include <optional>
#include <string>

#include "testing/state/catalog.hpp"

// What the revisions in a request mean.
namespace bitbucket::inline v0_1::testing::embedded {

/// Returns the default branch; nothing for an empty repository.
std::optional<git::Ref> default_branch(ServedRepository& repository);
/// Returns the commit of the default branch; nothing for an empty repository.
std::optional<std::string> default_commit(ServedRepository& repository);
/// Returns the id a revision means (the default branch when empty) or throws the 404.
std::string resolve(ServedRepository& repository, const std::string& revision);

}  // namespace bitbucket::inline v0_1::testing::embedded
