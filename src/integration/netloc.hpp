#pragma once

#include <string_view>

namespace bitbucket::inline v0_1::integration {

/// Returns the host of a URL, with its port if the URL has one, and without a user.
std::string_view netloc_of(std::string_view base_url) noexcept;

}  // namespace bitbucket::inline v0_1::integration
