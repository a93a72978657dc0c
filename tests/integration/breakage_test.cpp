#include <gtest/gtest.h>

#include <bitbucket/integration/breakage.hpp>

namespace bitbucket {
namespace {}
}  // namespace bitbucket
