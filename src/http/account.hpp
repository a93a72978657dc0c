#pragma once

#include <cstdint>

namespace bitbucket::inline v0_1::http {

/// Returns a value for Request::account that no other request of this process has.
std::uint64_t next_account() noexcept;

}  // namespace bitbucket::inline v0_1::http
