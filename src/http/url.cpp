#include "http/url.hpp"

#include <algorithm>

#include <bitbucket/error.hpp>

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
         std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
         std::stoi(std::string(port)) <= 65535;
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
  if (host.starts_with('[')) return host.ends_with(']') && host.size() > 3;
  return !host.empty() && host.find_first_of("[]:\\%\"<>^`{|}") == std::string_view::npos;
}

[[noreturn]] void refuse(std::string_view what, std::string_view url, std::string_view why) {
  throw InvalidArgument(std::string(what) + " \"" + printable_url(url) + "\" " + std::string(why));
}

Parts require(std::string_view url, std::string_view what) {
  if (url.empty()) throw InvalidArgument(std::string(what) + " is empty");
  for (unsigned char c : url)
    if (c <= 0x20 || c >= 0x7f)
      throw InvalidArgument(std::string(what) +
                            " contains a space, control or non-ASCII character");
  const Parts parts = split(url);
  if (!equal_ignoring_case(parts.scheme, "http") && !equal_ignoring_case(parts.scheme, "https"))
    refuse(what, url, "must begin with https:// or http://");
  if (parts.authority.find('@') != std::string_view::npos)
    refuse(what, url, "must not contain a user or password; give them as credentials");
  if (!valid_authority(parts.authority)) refuse(what, url, "has no valid host and port");
  return parts;
}

}  // namespace

std::string normalise_base_url(std::string_view url, std::string_view what) {
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
    if (segment == "rest")
      refuse(what, url, "must end before /rest: the library adds the paths of the API itself");
    if (segment.empty() || segment == "." || segment == "..")
      refuse(what, url, "has an empty, \".\" or \"..\" segment in its path");
  }
  std::string out;
  for (char c : parts.scheme) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out.append("://").append(parts.authority).append(path);
}

void require_http_url(std::string_view url, std::string_view what) { require(url, what); }

Origin origin_of(std::string_view url) {
  const Parts parts = split(url);
  const std::string_view authority = parts.authority;
  const std::size_t bracket = authority.find(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  Origin origin{std::string(authority.substr(0, colon)),
                equal_ignoring_case(parts.scheme, "https") ? "443" : "80"};
  if (colon != std::string_view::npos) origin.port = authority.substr(colon + 1);
  if (bracket != std::string_view::npos) origin.host = origin.host.substr(1, bracket - 1);
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
