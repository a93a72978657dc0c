#include <gtest/gtest.h>

#include <bitbucket/integration/installation.hpp>

namespace bitbucket {
namespace {}
}  // namespace bitbucket
