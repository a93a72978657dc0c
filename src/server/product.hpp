#pragma once

#include "engine/product.hpp"

namespace bitbucket::inline v0_1::server {

/// Bitbucket Server and Data Center, as the engine has to know them.
const detail::Product& product();

}  // namespace bitbucket::inline v0_1::server
