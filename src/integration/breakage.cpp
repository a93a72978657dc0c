#include <bitbucket/integration/breakage.hpp>

namespace bitbucket::inline v0_1 {}
