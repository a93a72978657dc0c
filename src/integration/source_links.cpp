#include <bitbucket/integration/source_links.hpp>

namespace bitbucket::inline v0_1 {}
