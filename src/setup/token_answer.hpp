#pragma once

#include <string_view>

#include <bitbucket/setup.hpp>
#include <bitbucket/transport.hpp>

namespace bitbucket::inline v0_1::setup {

/// Reads the 2xx answer of the first leg.  If the answer is not complete, throws a DecodeError that
/// begins with `where` ("POST /plugins/..."), names the missing parameter and quotes nothing.
RequestToken read_request_token(const Response& response, std::string_view where);

/// Reads the 2xx answer of the third leg or of a renewal.
AccessToken read_access_token(const Response& response, std::string_view where);

}  // namespace bitbucket::inline v0_1::setup
