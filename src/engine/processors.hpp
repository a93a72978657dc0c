#pragma once

#include <cstddef>

namespace bitbucket::inline v0_1::detail {

/// Returns on how many processors this process may run, at least 1.
std::size_t processors() noexcept;

}  // namespace bitbucket::inline v0_1::detail
