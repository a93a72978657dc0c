#pragma once

#include <string>
#include <utility>
#include <vector>

#include "testing/base/text.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

/// Thrown to answer with Bitbucket's `errors` body.
struct Refusal {
  struct Entry {
    std::string context;  ///< the field at fault; null when empty
    std::string message;
    std::string exception;  ///< the Java class; null when empty
  };
  int status = 400;
  std::vector<Entry> errors = {};
  Pairs headers = {};
};

inline Refusal refusal(int status, std::string message, std::string exception,
                       std::string context = {}) {
  return {status, {{std::move(context), std::move(message), std::move(exception)}}};
}

inline constexpr const char* validation_exception =
    "com.atlassian.bitbucket.validation.ArgumentValidationException";

inline Refusal invalid(std::string context, std::string message) {
  return refusal(400, std::move(message), validation_exception, std::move(context));
}

/// Nobody is known, or not well enough: a 401 that asks for a password.
inline Refusal unauthenticated(std::string message, std::string exception) {
  Refusal out = refusal(401, std::move(message), std::move(exception));
  out.headers.emplace_back("WWW-Authenticate", "Basic realm=\"Atlassian Bitbucket\"");
  return out;
}

inline Refusal authentication_required() {
  return unauthenticated("Authentication is required to access this resource.",
                         "com.atlassian.plugins.rest.api.security.exception."
                         "AuthenticationRequiredException");
}

/// Bitbucket's answer to a known user who may not: 401, not 403.
inline Refusal not_permitted() {
  return refusal(401, "You are not permitted to access this resource",
                 "com.atlassian.bitbucket.AuthorisationException");
}

}  // namespace bitbucket::inline v0_1::testing::embedded
