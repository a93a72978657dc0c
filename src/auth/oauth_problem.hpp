#pragma once

#include <optional>

#include <bitbucket/error.hpp>
#include <bitbucket/transport.hpp>

namespace bitbucket::inline v0_1::auth {

/// Reads oauth_problem and its companions from the body or from WWW-Authenticate; nothing when the
/// answer has none.
std::optional<OAuthProblem> parse_oauth_problem(const Response& response);

}  // namespace bitbucket::inline v0_1::auth
