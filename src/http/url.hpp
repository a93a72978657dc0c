#pragma once

#include <string>
#include <string_view>

namespace bitbucket::inline v0_1::http {

/// Checks a server's base URL and returns it without trailing slashes.  Throws InvalidArgument when
/// it has no http(s) scheme, no host, user info, a query, a fragment, or a segment `api_root` in
/// its path, which the paths of the API begin with.  `what` names it in the text, for example
/// "base_url".
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

/// Throws InvalidArgument unless `url` can be a proxy: [scheme://]host[:port][/].
void require_proxy_url(std::string_view url);

/// Throws InvalidArgument unless `path`, which begins with a slash, is percent-encoded and leads
/// nowhere else however a server decodes it.
void require_encoded_path(std::string_view path);

/// Returns the URL with its user info, query and fragment cut off, for messages.
std::string printable_url(std::string_view url);

}  // namespace bitbucket::inline v0_1::http
