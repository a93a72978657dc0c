#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include <bitbucket/connection.hpp>
#include <bitbucket/detail/export.hpp>
#include <bitbucket/error.hpp>
#include <bitbucket/integration/installation.hpp>

namespace bitbucket::inline v0_1 {

/// How a set-up runs.
struct SetupFlowOptions {
  /// What the third leg sends as its verifier.
  enum class Verifier {
    callback,  ///< the callback's `oauth_verifier`
    token      ///< the callback's `oauth_token`, for a link whose server checks no verifier
  };
  /// Where the browser returns to.  Empty: the address in the application link; the server then
  /// gives no verifier, so Verifier::token must be chosen.
  std::string callback = {};
  Verifier verifier = Verifier::callback;  ///< what the third leg sends
  /// How long the administrator may take; the server's own limit is 10 minutes by default.
  std::chrono::seconds lifetime = std::chrono::minutes(10);
  Sealer sealer = {};                 ///< hides the secrets in the state
  ConnectionOptions connection = {};  ///< how the server is reached; verify_ssl replaces tls.verify
  /// Returns the current time, which decides what has expired; empty uses the system clock.  Called
  /// from any thread.
  std::function<std::chrono::system_clock::time_point()> clock = {};
};

/// A set-up that waits for the administrator.
struct PendingSetup {
  std::string authorize_url;  ///< the page to open in a browser
  /// What finish() needs: a printable text to be stored until then, whose secrets are sealed.
  std::string state;
  /// The `oauth_token` that the callback will have, by which a service finds the state.
  std::string request_token = {};
};

/// A set-up failed.  what() says what the administrator must change.  The error of the connection
/// or of the server that caused it is its nested exception, which classify() finds.
class BITBUCKET_EXPORT SetupError : public Error {
 public:
  /// Where it failed.
  enum class Reason {
    state_changed,          ///< the state was changed, cut, or sealed with another key
    state_expired,          ///< the administrator took too long: begin again
    other_setup,            ///< the callback belongs to another set-up
    token_missing,          ///< the callback has no `oauth_token`, or more than one
    verifier_missing,       ///< the callback has no `oauth_verifier`, or more than one
    denied,                 ///< the administrator refused
    request_token_refused,  ///< the first leg failed
    access_token_refused    ///< the third leg or the renewal failed
  };
  /// Takes what went wrong.
  SetupError(Reason reason, const std::string& what);
  ~SetupError() override;
  /// Returns where it failed.
  [[nodiscard]] Reason reason() const noexcept { return reason_; }

 private:
  Reason reason_;
};

/// Connects a server through the three legs of OAuth, in two steps that may run in different
/// processes.  Thread-safe.
class BITBUCKET_EXPORT SetupFlow {
 public:
  /// Throws InvalidArgument when the options have no sealer or cannot work.
  explicit SetupFlow(SetupFlowOptions options);

  /// Gets a request token.  Throws InvalidConfiguration with every field that is wrong, and
  /// SetupError.
  [[nodiscard]] PendingSetup begin(const InstallationConfig& config) const;
  /// Exchanges the token once the browser has returned.  `query` is the query of the address that
  /// it came to: "oauth_token=...&oauth_verifier=...".  Throws SetupError.
  [[nodiscard]] ConnectedInstallation finish(std::string_view state, std::string_view query) const;
  /// Renews an access token, even an expired one, with its session handle.  The old token stops
  /// working, so store the returned identity at once.  Throws InvalidConfiguration when there is no
  /// session handle, what make_client() throws, and SetupError.
  [[nodiscard]] Identity renew(const ConnectedInstallation& connected) const;

 private:
  SetupFlowOptions options_;
};

}  // namespace bitbucket::inline v0_1
