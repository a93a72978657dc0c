#include <bitbucket/integration/installation.hpp>

namespace bitbucket::inline v0_1 {}
