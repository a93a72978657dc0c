#pragma once

#include <string>
#include <string_view>

namespace bitbucket::inline v0_1::integration {

/// Returns the host of a URL, with its port if the URL has one, and without a user.
std::string_view netloc_of(std::string_view base_url) noexcept;

std::string_view without_slashes_at_end(std::string_view url) noexcept;

/// Decodes escapes such as "%20" once.  Text that is not an escape stays as it is.
std::string percent_decoded(std::string_view text);
/// Decodes escapes, and each '+' to a blank.
std::string form_decoded(std::string_view text);

}  // namespace bitbucket::inline v0_1::integration
