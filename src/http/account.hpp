#pragma once

#include <cstdint>

namespace bitbucket::inline v0_1::http {

/// Returns a new value for Request::account, which is unique in this process.
std::uint64_t next_account() noexcept;

}  // namespace bitbucket::inline v0_1::http
