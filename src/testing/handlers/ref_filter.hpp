#pragma once

#include <vector>

#include "testing/git/repository.hpp"
#include "testing/rest/call.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

/// Applies filterText, orderBy and boostMatches.
std::vector<git::Ref> filter_refs(const Call& call, std::vector<git::Ref> refs);

}  // namespace bitbucket::inline v0_1::testing::embedded
