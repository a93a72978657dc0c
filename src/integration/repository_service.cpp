#include <bitbucket/integration/repository_service.hpp>

namespace bitbucket::inline v0_1 {}
