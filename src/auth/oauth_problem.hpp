#pragma once

#include <optional>

#include <bitbucket/error.hpp>
#include <bitbucket/transport.hpp>

namespace bitbucket::inline v0_1::auth {

/// Reads oauth_problem and the related parameters from the body or from WWW-Authenticate.  Returns
/// nothing when the answer has no oauth_problem.
std::optional<OAuthProblem> parse_oauth_problem(const Response& response);

}  // namespace bitbucket::inline v0_1::auth
