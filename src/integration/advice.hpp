#pragma once

#include <string>
#include <string_view>

#include <bitbucket/error.hpp>

namespace bitbucket::inline v0_1::integration {

/// Says what an administrator must change when the server reports this oauth_problem.
std::string_view advice_for_problem(std::string_view problem) noexcept;

/// Says why the server gave no "request token" or "access token", and what to do.
std::string failed_leg(std::string_view token, const Error& error);

}  // namespace bitbucket::inline v0_1::integration
