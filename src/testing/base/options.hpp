#pragma once

#include <bitbucket/testing/git_server.hpp>

#include "testing/git/repository.hpp"

namespace bitbucket {
namespace plumbing = testing::git;
}

namespace bitbucket::embedded {
using testing::GitServerAccessToken;
using testing::GitServerConsumer;
using testing::GitServerOptions;
using testing::GitServerRequest;
using testing::GitServerToken;
using testing::GitServerUser;
using Clock = std::function<std::chrono::system_clock::time_point()>;
}  // namespace bitbucket::embedded
