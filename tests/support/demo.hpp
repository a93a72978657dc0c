#pragma once

#include <bitbucket/ids.hpp>

namespace bitbucket::test {

/// The repository that most tests call.
inline const RepoRef demo{"PRJ", "demo"};

}  // namespace bitbucket::test
