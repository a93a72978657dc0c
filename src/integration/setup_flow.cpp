#include <bitbucket/integration/setup_flow.hpp>

namespace bitbucket::inline v0_1 {}
