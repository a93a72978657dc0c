#pragma once

#include <memory>
#include <string_view>

#include <bitbucket/oauth1.hpp>

#include "auth/authorizer.hpp"

namespace bitbucket::inline v0_1::auth {

/// Makes the same authorizer as make_authorizer does for OAuth1Credentials, but with a replaceable
/// environment.
std::shared_ptr<const Authorizer> make_oauth1_authorizer(const OAuth1Credentials& credentials,
                                                         std::string_view base_url,
                                                         OAuth1Environment environment);

/// Returns `url` as the server sees it, with `believed` in place of the prefix `called`.  Returns
/// `url` unchanged when `believed` is empty or `url` does not begin with `called`.
std::string believed_url(std::string_view url, std::string_view called, std::string_view believed);

}  // namespace bitbucket::inline v0_1::auth
