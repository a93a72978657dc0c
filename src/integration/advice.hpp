#pragma once

#include <string_view>

namespace bitbucket::inline v0_1::integration {

/// Says what an administrator must change when the server reports this oauth_problem.
std::string_view advice_for_problem(std::string_view problem) noexcept;

}  // namespace bitbucket::inline v0_1::integration
