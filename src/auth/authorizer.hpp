#pragma once

#include <memory>
#include <string_view>

#include <bitbucket/credentials.hpp>
#include <bitbucket/json.hpp>
#include <bitbucket/transport.hpp>

#include "auth/redact.hpp"

namespace bitbucket::inline v0_1::auth {

/// Authorises the attempts of requests.  Made once per credentials, when their key is parsed.
/// Thread-safe.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  /// Adds the query parameters that belong to the credentials (impersonation) before the URL is
  /// built.
  virtual void add_parameters(Parameters& query) const = 0;
  /// Returns the value of the Authorization header for this attempt; empty for none.
  virtual Secret header(Method method, std::string_view url) const = 0;
  /// Follows an answer that said timestamp_refused: from now on, signs with the clock of its Date
  /// header.  Returns false when that changes nothing (no Date, no timestamps in use, or the clocks
  /// already agree within a few seconds).
  virtual bool adopt_clock(const Response& refused) const = 0;
  /// Returns the secrets that the header contains.
  [[nodiscard]] const Redactor& secrets() const noexcept { return secrets_; }

 protected:
  Redactor secrets_;
};

/// `base_url` is the normalised address that requests are really sent to.
std::shared_ptr<const Authorizer> make_authorizer(const FixedCredentials& credentials,
                                                  std::string_view base_url);

}  // namespace bitbucket::inline v0_1::auth
