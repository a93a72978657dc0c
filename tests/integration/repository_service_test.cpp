#include <gtest/gtest.h>

#include <bitbucket/integration/repository_service.hpp>

namespace bitbucket {
namespace {}
}  // namespace bitbucket
