#pragma once

#include <string_view>

#include <bitbucket/error.hpp>
#include <bitbucket/transport.hpp>

#include "auth/redact.hpp"
#include "base/repeat.hpp"

namespace bitbucket::inline v0_1::server {

/// The request that was answered.
struct Asked {
  Method method;
  std::string_view path;   // without query
  detail::Sent sent = {};  // may_have_acted means: on an earlier attempt
};

/// Throws the ApiError or OAuthError that an answer means.  The error shows none of `secrets`, even
/// if the body echoes them; the headers must already be clean.
[[noreturn]] void throw_api_error(const Asked& asked, Response response,
                                  const auth::Redactor& secrets);

/// True when a 2xx answer is not an answer of the API but a page for people, usually a login page.
bool is_web_page(const Response& response) noexcept;

/// True when the body of a 2xx answer is an API error nevertheless.
bool is_error_envelope(const Response& response);

}  // namespace bitbucket::inline v0_1::server
