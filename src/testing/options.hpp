#pragma once

// In this order: the plumbing's namespace lies beside the versioned one of the public header, and
// compilers differ in which of the two `bitbucket::testing` means once both are known.
#include "testing/git/repository.hpp"

namespace bitbucket {
namespace plumbing = testing::git;
}

#include <bitbucket/testing/git_server.hpp>

namespace bitbucket::embedded {
using v0_1::testing::GitServerAccessToken;
using v0_1::testing::GitServerConsumer;
using v0_1::testing::GitServerOptions;
using v0_1::testing::GitServerRequest;
using v0_1::testing::GitServerToken;
using v0_1::testing::GitServerUser;
using Clock = std::function<std::chrono::system_clock::time_point()>;
}  // namespace bitbucket::embedded
