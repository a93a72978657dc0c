#pragma once

#include <memory>
#include <string_view>

#include <bitbucket/oauth1.hpp>

#include "auth/authorizer.hpp"

namespace bitbucket::inline v0_1::auth {

/// What make_authorizer makes of OAuth1Credentials, with replaceable surroundings.
std::shared_ptr<const Authorizer> make_oauth1_authorizer(const OAuth1Credentials& credentials,
                                                         std::string_view base_url,
                                                         OAuth1Environment environment);

/// Returns `url` as the server sees it: `called` at its front replaced by `believed`.  An empty
/// `believed` and a URL elsewhere change nothing.
std::string believed_url(std::string_view url, std::string_view called, std::string_view believed);

}  // namespace bitbucket::inline v0_1::auth
