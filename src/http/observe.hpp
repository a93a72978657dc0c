#pragma once

#include <bitbucket/connection.hpp>
#include <bitbucket/transport.hpp>

namespace bitbucket::inline v0_1::http {

/// Tells the observer, if there is one, of an attempt; completes it from the answer, when one came,
/// with the headers that may be shown.
void observe(const ConnectionOptions& connection, Attempt attempt,
             const Response* response) noexcept;

}  // namespace bitbucket::inline v0_1::http
