#pragma once

#include "engine/product.hpp"

namespace bitbucket::inline v0_1::server {

/// Returns what the engine must know about Bitbucket Server and Data Center.
const detail::Product& product();

}  // namespace bitbucket::inline v0_1::server
