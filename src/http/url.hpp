#pragma once

#include <string>
#include <string_view>

namespace bitbucket::inline v0_1::http {

/// Checks a server's base URL and returns it without trailing slashes.  Throws InvalidArgument when
/// it has no http(s) scheme or no host, or when it has user info, a query, a fragment, or a path
/// segment equal to `api_root`, the first segment of the paths of the API.  `what` is the name of
/// the option in the message, for example "base_url".
std::string normalise_base_url(std::string_view url, std::string_view what,
                               std::string_view api_root);

/// Throws InvalidArgument unless `url` is an absolute http(s) URL with a host and without user
/// info.
void require_http_url(std::string_view url, std::string_view what);

struct Origin {
  std::string host;  ///< without brackets and zone
  std::string port;  ///< the default of the scheme when the URL has none
};
Origin origin_of(std::string_view url);
bool is_https(std::string_view url) noexcept;
/// Returns what stands in front of the path, "https://git.example.com:8443".
std::string_view site_of(std::string_view url) noexcept;
/// Returns whether a text can stand in a request line as it is: a path and perhaps a query, without
/// blanks, control characters or a fragment.
bool is_request_target(std::string_view text) noexcept;

/// Throws InvalidArgument unless `url` can be a proxy: [scheme://]host[:port][/].
void require_proxy_url(std::string_view url);

/// Throws InvalidArgument when `path` is not correctly percent-encoded, has a query or fragment, or
/// could lead a server elsewhere: by "//", a backslash, or a "." or ".." segment in any encoding.
/// `path` must begin with a slash.
void require_encoded_path(std::string_view path);

/// Returns the URL with its user info, query and fragment cut off, for messages.
std::string printable_url(std::string_view url);

}  // namespace bitbucket::inline v0_1::http
