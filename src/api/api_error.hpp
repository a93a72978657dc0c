#pragma once

#include <string_view>

#include <bitbucket/error.hpp>
#include <bitbucket/transport.hpp>

#include "auth/redact.hpp"

namespace bitbucket::inline v0_1::api {

/// Throws the ApiError or OAuthError that an answer means; `path` is the request's without query.
/// Where the answer echoes one of `secrets`, the error does not; its headers are expected clean.
[[noreturn]] void throw_api_error(Method method, std::string_view path, Response response,
                                  const auth::Redactor& secrets);

/// True when a 2xx answer is no answer of the API but a page for people (a login page, mostly).
bool is_web_page(const Response& response) noexcept;

}  // namespace bitbucket::inline v0_1::api
