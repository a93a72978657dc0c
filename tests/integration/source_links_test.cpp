#include <gtest/gtest.h>

#include <bitbucket/integration/source_links.hpp>

namespace bitbucket {
namespace {}
}  // namespace bitbucket
