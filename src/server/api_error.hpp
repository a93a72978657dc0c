#pragma once

#include <string_view>

#include <bitbucket/error.hpp>
#include <bitbucket/transport.hpp>

#include "base/repeat.hpp"
#include "auth/redact.hpp"

namespace bitbucket::inline v0_1::server {

/// The request that was answered.
struct Asked {
  Method method;
  std::string_view path;  // without query
  detail::Sent sent = {};         // may_have_acted: on an earlier attempt
};

/// Throws the ApiError or OAuthError that an answer means.  Where the answer echoes one of
/// `secrets`, the error does not; its headers are expected clean.
[[noreturn]] void throw_api_error(const Asked& asked, Response response,
                                  const auth::Redactor& secrets);

/// True when a 2xx answer is no answer of the API but a page for people (a login page, mostly).
bool is_web_page(const Response& response) noexcept;

/// True when the body of a 2xx answer is an error of the API all the same.
bool is_error_envelope(const Response& response);

}  // namespace bitbucket::inline v0_1::server
