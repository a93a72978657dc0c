#pragma once

#include <filesystem>

#include "testing/git/context.hpp"

namespace bitbucket::inline v0_1::testing::git {

/// Makes a bare repository in the new folder `dir` with the refs and HEAD of `original`, whose
/// objects it borrows.  Nothing is written to the original.
void make_private_clone(const Context& original, const std::filesystem::path& dir);

}  // namespace bitbucket::inline v0_1::testing::git
