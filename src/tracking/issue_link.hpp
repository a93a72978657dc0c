#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace bitbucket::inline v0_1::tracking {

/// Returns the number that digits of any script form; nothing when it does not fit into 63 bits.
std::optional<std::uint64_t> number_of(std::string_view digits) noexcept;

/// Returns the number in the address of an issue's page, which has "/issues/12" in its path.
/// Returns nothing when the host of the address is neither `host`, which is in lower case, nor a
/// sub-domain of it.
std::optional<std::uint64_t> issue_in_link(std::string_view url, std::string_view host);

}  // namespace bitbucket::inline v0_1::tracking
