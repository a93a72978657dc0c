#pragma once

#include "engine/product.hpp"

namespace bitbucket::inline v0_1::setup {

/// Returns what the engine must know about the OAuth provider of Bitbucket Server.
const detail::Product& product();

}  // namespace bitbucket::inline v0_1::setup
