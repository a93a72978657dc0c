#pragma once

#include "engine/product.hpp"

namespace bitbucket::inline v0_1::setup {

/// The OAuth provider of Bitbucket Server, as the engine has to know it.
const detail::Product& product();

}  // namespace bitbucket::inline v0_1::setup
