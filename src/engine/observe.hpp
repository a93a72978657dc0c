#pragma once

#include "engine/core.hpp"

namespace bitbucket::inline v0_1::detail {

/// Tells the observer, if there is one, about an attempt.  Completes the attempt from the answer,
/// when one came, with the headers that may be shown.
void observe(const Core& core, Attempt attempt, const Response* response) noexcept;

}  // namespace bitbucket::inline v0_1::detail
