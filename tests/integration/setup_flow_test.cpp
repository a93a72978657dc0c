#include <gtest/gtest.h>

#include <bitbucket/integration/setup_flow.hpp>

namespace bitbucket {
namespace {}
}  // namespace bitbucket
