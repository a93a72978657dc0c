#pragma once

#include <optional>
#include <string>

#include <bitbucket/tracking/commit_store.hpp>

namespace bitbucket::inline v0_1::tracking {

/// Which of two rules finds the author of a commit.
enum class AuthorRule {
  push,     ///< no address or one that is too long: no author; a stored author keeps its name
  release,  ///< an address is made from the name, a long one is cut; a stored author is renamed
};

/// An author as a commit gives it.
struct GivenAuthor {
  std::string email;                ///< in lower case
  std::optional<std::string> name;  ///< none: keep what is stored
};

/// Returns the author of a commit, or nothing.
std::optional<GivenAuthor> author_of(const CommitInput& commit, AuthorRule rule);

}  // namespace bitbucket::inline v0_1::tracking
