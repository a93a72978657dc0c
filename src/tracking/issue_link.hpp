#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace bitbucket::inline v0_1::tracking {

/// Returns the number that digits of any script are; nothing when it does not fit into 63 bits.
std::optional<std::uint64_t> number_of(std::string_view digits) noexcept;

/// Returns the number in the address of an issue's page, which has "/issues/12" in its path.
/// Nothing when the address is neither of `host`, which has only small letters, nor of a sub-domain
/// of it.
std::optional<std::uint64_t> issue_in_link(std::string_view url, std::string_view host);

}  // namespace bitbucket::inline v0_1::tracking
