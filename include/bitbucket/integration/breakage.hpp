#pragma once

#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include <bitbucket/detail/export.hpp>
#include <bitbucket/server.hpp>

namespace bitbucket::inline v0_1 {

/// The kinds of failure that keep an installation from working.
enum class BreakageKind {
  unauthorized,          ///< the token is refused (401, 403): connect again
  configuration,         ///< something is not where it was (404): check the URL and the repository
  host_unreachable,      ///< no connection to the host, or TLS fails
  host_timeout,          ///< the host did not answer in time
  connection_reset,      ///< the connection ended before the answer
  unsupported_response,  ///< the answer is not what Bitbucket sends
  rate_limited,          ///< too many requests (429)
  redirected,            ///< the address belongs to something else, such as a login page
  identity_not_found,    ///< there is no access token
  identity_not_valid,    ///< the credentials cannot be used: a key that is no key
  other                  ///< anything else: a fault of the server, or of the program
};

/// Returns "unauthorized", "host_timeout", ...
BITBUCKET_EXPORT std::string_view to_string(BreakageKind kind) noexcept;

/// What keeps an installation from working.
struct Breakage {
  BreakageKind kind = BreakageKind::other;  ///< what kind of thing
  std::string advice;                       ///< says what to do, without secrets
  friend bool operator==(const Breakage&, const Breakage&) = default;
};

/// Says what an exception means for an installation.  Finds the error that a nested exception
/// wraps.
BITBUCKET_EXPORT Breakage classify(const std::exception& error);

/// Requests one repository that this identity administers and returns why that failed, or nothing
/// when the request succeeds, even if the identity administers no repository.
/// GET /rest/api/1.0/repos?permission=REPO_ADMIN
BITBUCKET_EXPORT std::optional<Breakage> check_access(const BitbucketServer& client);

}  // namespace bitbucket::inline v0_1
