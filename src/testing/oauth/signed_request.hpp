#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "testing/base/text.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

/// Why the provider refuses a request.
struct OAuthRefusal {
  std::string problem;  ///< "token_rejected"
  Pairs more = {};      ///< oauth_problem_advice, oauth_parameters_absent, ...

  [[nodiscard]] int status() const {
    return problem == "parameter_absent" || problem == "parameter_rejected" ||
                   problem == "version_rejected" || problem == "signature_method_rejected"
               ? 400
               : 401;
  }
  /// Returns everything as pairs, oauth_problem first.
  [[nodiscard]] Pairs pairs() const {
    Pairs all{{"oauth_problem", problem}};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
};

/// A request with everything that a signature covers.
struct SignedRequest {
  std::string method;
  std::string origin;         ///< what the server takes for its scheme://authority
  std::string url;            ///< origin + target
  std::string target;         ///< as on the wire
  std::string authorization;  ///< the header
  std::string content_type;
  std::string form;  ///< the body, when it is a form
  Pairs parameters;  ///< of header, query and form

  /// Fills `parameters`; throws OAuthRefusal when something cannot be read.
  void parse();
  /// Returns a parameter; throws OAuthRefusal parameter_absent when it is missing or empty.
  [[nodiscard]] std::string require(std::string_view name) const;
  /// Returns a parameter or nothing; throws OAuthRefusal when an oauth_ one is given twice.
  [[nodiscard]] std::optional<std::string> find(std::string_view name) const;
};

}  // namespace bitbucket::inline v0_1::testing::embedded
