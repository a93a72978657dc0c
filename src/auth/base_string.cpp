#include "auth/base_string.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <bitbucket/error.hpp>

#include "base/ascii.hpp"
#include "http/encoding.hpp"

namespace bitbucket::inline v0_1::auth {
namespace {

char upper(char c) noexcept { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

[[noreturn]] void refuse(const char* reason) {
  // The URL itself is left out: its query may hold secrets.
  throw InvalidArgument(std::string("cannot sign this request: ") + reason);
}

struct UrlParts {
  std::string_view scheme, host, port, path, query;
};

UrlParts split(std::string_view url) {
  for (const unsigned char c : url)
    if (c <= ' ' || c == 0x7f) refuse("the URL contains a space or a control character");
  UrlParts out;
  const std::size_t colon = url.find("://");
  if (colon == std::string_view::npos) refuse("the URL is not absolute");
  out.scheme = url.substr(0, colon);
  url.remove_prefix(colon + 3);
  url = url.substr(0, url.find('#'));  // a fragment is never sent
  const std::size_t question = url.find('?');
  if (question != std::string_view::npos) out.query = url.substr(question + 1);
  url = url.substr(0, question);
  std::string_view authority = url.substr(0, url.find('/'));
  out.path = url.substr(authority.size());
  if (authority.find('@') != std::string_view::npos) refuse("the URL contains a user name");
  // The colons of an IPv6 address are inside brackets.
  const std::size_t port =
      authority.find(':', authority.starts_with('[') ? authority.find(']') : 0);
  if (port != std::string_view::npos) out.port = authority.substr(port + 1);
  out.host = authority.substr(0, port);
  if (out.host.empty() || out.host == "[") refuse("the URL has no host");
  for (const unsigned char c : out.host)
    if (c >= 0x80) refuse("the host name of the URL is not ASCII");
  return out;
}

/// Returns the port that belongs in the base string; 0 for the default port of the scheme.
unsigned significant_port(std::string_view text, bool tls) {
  unsigned port = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') refuse("the port of the URL is not a number");
    port = port * 10 + static_cast<unsigned>(c - '0');
    if (port > 65535) refuse("the port of the URL is too large");
  }
  return port == (tls ? 443u : 80u) ? 0 : port;
}

void append_base_uri(std::string& out, const UrlParts& url) {
  const bool tls = detail::equal_ignoring_case(url.scheme, "https");
  if (!tls && !detail::equal_ignoring_case(url.scheme, "http"))
    refuse("the URL is not http or https");
  http::percent_encode(out, tls ? "https://" : "http://");
  for (const char upper_case : url.host) {
    const char c = detail::lower(upper_case);
    http::percent_encode(out, {&c, 1});
  }
  if (const unsigned port = significant_port(url.port, tls))
    http::percent_encode(out, ':' + std::to_string(port));
  http::percent_encode(out, url.path.empty() ? "/" : url.path);
}

void append_method(std::string& out, std::string_view method) {
  if (method.empty()) refuse("the method is empty");
  for (const char lower_case : method) {
    const char c = upper(lower_case);
    http::percent_encode(out, {&c, 1});
  }
}

}  // namespace

std::string_view Encoder::operator()(std::string_view text) {
  const std::size_t before = memory_.text.size();
  if (memory_.text.capacity() - before < 3 * text.size())
    throw Error("a text of the request changed its size while it was being signed");
  http::percent_encode(memory_.text, text);
  return std::string_view(memory_.text).substr(before);
}

std::size_t size_of(const Parameters& parameters) noexcept {
  std::size_t size = 0;
  for (const auto& [name, value] : parameters) size += name.size() + value.size();
  return size;
}

Scrubbed signature_base_string(std::string_view method, std::string_view url,
                               std::span<const EncodedParameter> parameters,
                               const Parameters& plain) {
  const UrlParts parts = split(url);
  const auto query = http::parse_form(parts.query, true);
  if (!query) refuse("the query of the URL has a broken percent escape");
  Encoder encode(size_of(*query) + size_of(plain));
  std::vector<EncodedParameter> all;
  all.reserve(parameters.size() + query->size() + plain.size());
  all.assign(parameters.begin(), parameters.end());
  for (const Parameters* more : {&*query, &plain})
    for (const auto& [name, value] : *more) {
      const std::string_view encoded = encode(name);
      all.emplace_back(encoded, encode(value));
    }
  std::erase_if(all, [](const auto& p) { return p.first == "oauth_signature"; });
  std::sort(all.begin(), all.end());

  std::size_t size = 64 + 3 * (method.size() + url.size());
  for (const auto& [name, value] : all) size += 3 * (name.size() + value.size() + 2);
  Scrubbed out(size);
  append_method(out.text, method);
  out.text += '&';
  append_base_uri(out.text, parts);
  out.text += '&';
  // '=' and '&' join the parameters, and the joined text is encoded once more.
  for (const EncodedParameter& parameter : all) {
    if (&parameter != all.data()) out.text += "%26";
    http::percent_encode(out.text, parameter.first);
    out.text += "%3D";
    http::percent_encode(out.text, parameter.second);
  }
  return out;
}

}  // namespace bitbucket::inline v0_1::auth
