#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <bitbucket/json.hpp>

#include "auth/cleanse.hpp"

namespace bitbucket::inline v0_1::auth {

/// Names and values that are percent-encoded already.
using EncodedParameters = std::vector<std::pair<std::string, std::string>>;

/// Overwrites the values, one of which is the token.
void cleanse(EncodedParameters& parameters) noexcept;
void append_encoded(EncodedParameters& out, const Parameters& plain);

/// Returns the signature base string (RFC 5849 section 3.4.1) of a request: `parameters` and the
/// query of `url`, without oauth_signature.  Throws InvalidArgument when `url` is no http(s) URL or
/// `method` is no method.  The result holds the token.
Scrubbed signature_base_string(std::string_view method, std::string_view url,
                               EncodedParameters parameters);

}  // namespace bitbucket::inline v0_1::auth
