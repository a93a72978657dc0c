#include "http/url.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <iterator>

#include <bitbucket/error.hpp>

#include "base/ascii.hpp"
#include "http/encoding.hpp"

namespace bitbucket::inline v0_1::http {
namespace {

struct Parts {
  std::string_view scheme, authority, path, rest;  // rest: query and fragment
};

Parts split(std::string_view url) {
  Parts parts;
  const std::size_t colon = url.find("://");
  if (colon == std::string_view::npos) return parts;
  parts.scheme = url.substr(0, colon);
  url.remove_prefix(colon + 3);
  parts.authority = url.substr(0, url.find_first_of("/?#"));
  url.remove_prefix(parts.authority.size());
  parts.path = url.substr(0, url.find_first_of("?#"));
  parts.rest = url.substr(parts.path.size());
  return parts;
}

bool valid_port(std::string_view port) {
  return !port.empty() && port.size() <= 5 &&
         std::all_of(port.begin(), port.end(), detail::is_digit) &&
         std::stoi(std::string(port)) <= 65535;
}

bool is_one_of(char c, std::string_view more) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         more.find(c) != std::string_view::npos;
}

bool consists_of(std::string_view text, std::string_view more) {
  return std::all_of(text.begin(), text.end(), [&](char c) { return is_one_of(c, more); });
}

/// An IPv6 address between brackets, with or without a zone (%25eth0).
bool valid_literal(std::string_view text) {
  const std::size_t percent = std::min(text.find('%'), text.size());
  const std::string_view zone = text.substr(percent);
  in6_addr address{};
  return inet_pton(AF_INET6, std::string(text.substr(0, percent)).c_str(), &address) == 1 &&
         (zone.empty() ||
          (zone.starts_with("%25") && zone.size() > 3 && consists_of(zone.substr(3), "-._~")));
}

/// A name or an IPv4 address.  A URL may contain more characters than a name, but programs do not
/// agree on what they mean in a host.
bool valid_name(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return !host.empty() && !host.starts_with('.') && consists_of(host, "-._") &&
         host.find("..") == std::string_view::npos;
}

bool valid_authority(std::string_view authority) {
  std::string_view host = authority, port;
  const std::size_t bracket = authority.find(']');  // [::1]:7990
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    host = authority.substr(0, colon);
    port = authority.substr(colon + 1);
    if (!valid_port(port)) return false;
  }
  if (host.starts_with('[') && host.ends_with(']'))
    return valid_literal(host.substr(1, host.size() - 2));
  return valid_name(host);
}

/// True for a segment that some server may read as "." or "..", because it decodes first, drops
/// ";x", or reads "%2F" or a backslash as a slash.
bool climbs(std::string_view segment) {
  const auto decoded = percent_decode(segment, false);
  if (!decoded) return false;
  std::string_view left = *decoded;
  for (;;) {
    const std::string_view part = left.substr(0, left.find_first_of("/\\"));
    const std::string_view name = part.substr(0, part.find(';'));
    if (name == "." || name == "..") return true;
    if (part.size() == left.size()) return false;
    left.remove_prefix(part.size() + 1);
  }
}

[[noreturn]] void refuse(std::string_view what, std::string_view url, std::string_view why) {
  throw InvalidArgument(std::string(what) + " \"" + printable_url(url) + "\" " + std::string(why));
}

void require_visible(std::string_view text, std::string_view what) {
  for (const unsigned char c : text)
    if (c <= 0x20 || c >= 0x7f)
      throw InvalidArgument(std::string(what) +
                            " contains a space, control or non-ASCII character");
}

Parts require(std::string_view url, std::string_view what) {
  if (url.empty()) throw InvalidArgument(std::string(what) + " is empty");
  require_visible(url, what);
  const Parts parts = split(url);
  if (!detail::equal_ignoring_case(parts.scheme, "http") &&
      !detail::equal_ignoring_case(parts.scheme, "https"))
    refuse(what, url, "must begin with https:// or http://");
  if (parts.authority.find('@') != std::string_view::npos)
    refuse(what, url, "must not contain a user or password; give them as credentials");
  if (!valid_authority(parts.authority)) refuse(what, url, "has no valid host and port");
  return parts;
}

}  // namespace

std::string normalise_base_url(std::string_view url, std::string_view what,
                               std::string_view api_root) {
  const Parts parts = require(url, what);
  if (parts.rest.starts_with('?')) refuse(what, url, "must not have a query");
  if (parts.rest.starts_with('#')) refuse(what, url, "must not have a fragment");
  std::string_view path = parts.path;
  while (path.ends_with('/')) path.remove_suffix(1);
  std::string_view left = path;
  while (!left.empty()) {
    left.remove_prefix(1);
    const std::string_view segment = left.substr(0, left.find('/'));
    left.remove_prefix(segment.size());
    if (!api_root.empty() && segment == api_root)
      refuse(what, url,
             "must end before /" + std::string(api_root) +
                 ": the library adds the paths of the API itself");
    if (segment.empty() || climbs(segment))
      refuse(what, url, "has an empty, \".\" or \"..\" segment in its path");
  }
  std::string out;
  for (const char c : parts.scheme) out += detail::lower(c);
  return out.append("://").append(parts.authority).append(path);
}

void require_http_url(std::string_view url, std::string_view what) { require(url, what); }

void require_proxy_url(std::string_view url) {
  require_visible(url, "proxy.url");
  if (url.find('@') != std::string_view::npos)
    throw InvalidArgument(
        "proxy.url must not contain a user or password; give them as proxy.username and "
        "proxy.password");
  const std::size_t end = url.find("://");
  const std::string_view scheme = end == std::string_view::npos ? "http" : url.substr(0, end);
  constexpr std::string_view schemes[] = {"http",    "https",  "socks4",
                                          "socks4a", "socks5", "socks5h"};
  if (std::find(std::begin(schemes), std::end(schemes), scheme) == std::end(schemes))
    throw InvalidArgument("proxy.url must begin with http://, https:// or socks5h://, not " +
                          std::string(scheme) + "://");
  std::string_view authority = end == std::string_view::npos ? url : url.substr(end + 3);
  if (authority.ends_with('/')) authority.remove_suffix(1);
  if (!valid_authority(authority)) refuse("proxy.url", url, "has no valid host and port");
}

void require_encoded_path(std::string_view path) {
  for (const std::string_view part : {"?", "#", "\\", " ", "//"})
    if (path.find(part) != std::string_view::npos)
      throw InvalidArgument("the path of a call must not contain \"" + std::string(part) +
                            "\"; give a query as parameters");
  require_visible(path, "the path of a call, which must be percent-encoded,");
  const auto decoded = percent_decode(path, false);
  if (!decoded || decoded->find('\0') != std::string::npos)
    throw InvalidArgument("the path of a call is not correctly percent-encoded");
  for (std::string_view left = path.substr(1);;) {
    const std::string_view segment = left.substr(0, left.find('/'));
    if (climbs(segment))
      throw InvalidArgument(
          "the path of a call must not contain a segment \".\" or \"..\", in any encoding");
    if (segment.size() == left.size()) return;
    left.remove_prefix(segment.size() + 1);
  }
}

bool is_https(std::string_view url) noexcept {
  return detail::equal_ignoring_case(url.substr(0, 6), "https:");
}

std::string_view site_of(std::string_view url) noexcept {
  const std::size_t scheme = url.find("://");
  const std::size_t authority = scheme == std::string_view::npos ? 0 : scheme + 3;
  return url.substr(0, url.find_first_of("/?#", authority));
}

bool is_request_target(std::string_view text) noexcept {
  return text.starts_with('/') && std::all_of(text.begin(), text.end(), [](char c) {
           return c > ' ' && c < '\x7f' && c != '#';
         });
}

Origin origin_of(std::string_view url) {
  const Parts parts = split(url);
  const std::string_view authority = parts.authority;
  const std::size_t bracket = authority.find(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  Origin origin{std::string(authority.substr(0, colon)),
                detail::equal_ignoring_case(parts.scheme, "https") ? "443" : "80"};
  if (colon != std::string_view::npos) origin.port = authority.substr(colon + 1);
  if (bracket != std::string_view::npos)
    origin.host = origin.host.substr(1, std::min(bracket, origin.host.find('%')) - 1);
  return origin;
}

std::string printable_url(std::string_view url) {
  std::string out(url.substr(0, url.find_first_of("?#")));
  const std::size_t scheme = out.find("://");
  const std::size_t start = scheme == std::string::npos ? 0 : scheme + 3;
  const std::size_t at = out.substr(start, out.find('/', start) - start).rfind('@');
  if (at != std::string::npos) out.erase(start, at + 1);
  if (out.size() > 300) out.resize(300);
  return out;
}

}  // namespace bitbucket::inline v0_1::http
