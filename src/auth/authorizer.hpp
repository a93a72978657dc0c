#pragma once

#include <memory>
#include <string_view>

#include <bitbucket/credentials.hpp>
#include <bitbucket/json.hpp>
#include <bitbucket/transport.hpp>

#include "auth/redact.hpp"

namespace bitbucket::inline v0_1::auth {

/// Authorises one attempt of a request.  Thread-safe; made once per credentials, keys parsed there.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  /// Adds the query parameters that belong to the credentials (impersonation) before the URL is
  /// built.
  virtual void add_parameters(Parameters& query) const = 0;
  /// Returns the value of the Authorization header for this attempt; empty for none.
  virtual Secret header(Method method, std::string_view url) const = 0;
  /// After timestamp_refused: signs by the clock of the answer's Date header from now on.  False
  /// when that would change nothing (no Date, no timestamps in use, already within a few seconds).
  virtual bool adopt_clock(const Response& refused) const = 0;
  /// What the header tells the server and nobody else may read.
  [[nodiscard]] const Redactor& secrets() const noexcept { return secrets_; }

 protected:
  Redactor secrets_;
};

/// `base_url` is the normalised address that is really called.
std::shared_ptr<const Authorizer> make_authorizer(const FixedCredentials& credentials,
                                                  std::string_view base_url);

}  // namespace bitbucket::inline v0_1::auth
