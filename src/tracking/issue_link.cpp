#include "tracking/issue_link.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>

#include "base/ascii.hpp"
#include "tracking/unicode.hpp"

namespace bitbucket::inline v0_1::tracking {
namespace {

constexpr std::string_view issues_segment = "/issues/";
constexpr std::uint64_t largest_number = std::numeric_limits<std::int64_t>::max();

/// Characters whose compatibility form (NFKC) contains one of "/?#@:": a browser that normalises
/// the host reads another address.
constexpr char32_t hidden_separators[] = {0x2047, 0x2048, 0x2049, 0x2100, 0x2101, 0x2105, 0x2106,
                                          0x2a74, 0xfe13, 0xfe16, 0xfe55, 0xfe56, 0xfe5f, 0xfe6b,
                                          0xff03, 0xff0f, 0xff1a, 0xff1f, 0xff20};

/// Returns a host in lower case; nothing when it contains a hidden separator.
std::optional<std::string> lower_case_host(std::string_view host) {
  std::string out;
  out.reserve(host.size());
  for (std::size_t at = 0; at < host.size();) {
    const Character c = character_at(host, at);
    if (std::ranges::binary_search(hidden_separators, c.code)) return std::nullopt;
    if (c.code == 0x212a)  // the Kelvin sign in lower case is an ASCII letter
      out += 'k';
    else if (c.code < 0x80)
      out += detail::lower(static_cast<char>(c.code));
    else
      out.append(host.substr(at, c.size));
    at += c.size;
  }
  return out;
}

/// Returns whether `host` is `own`, or ends with a dot and `own`.  An IPv6 address in brackets has
/// no sub-domains.
bool is_own(std::string_view host, std::string_view own) noexcept {
  if (!host.ends_with(own)) return false;
  host.remove_suffix(own.size());
  return host.empty() || (host.ends_with('.') && host.find_first_of("[]") == host.npos);
}

}  // namespace

std::optional<std::uint64_t> number_of(std::string_view digits) noexcept {
  std::uint64_t number = 0;
  for (std::size_t at = 0; at < digits.size();) {
    const Character c = character_at(digits, at);
    const unsigned digit = digit_value(c.code).value_or(0);
    if (number > (largest_number - digit) / 10) return std::nullopt;
    number = number * 10 + digit;
    at += c.size;
  }
  return number;
}

std::optional<std::uint64_t> issue_in_link(std::string_view url, std::string_view host) {
  const std::size_t scheme = url.find("://");
  if (scheme > std::string_view("https").size()) return std::nullopt;  // U+017F instead of the "s"
  url.remove_prefix(scheme + 3);
  const std::size_t host_end = std::min(url.find_first_of("/?#"), url.size());
  const auto lower_case = lower_case_host(url.substr(0, host_end));
  if (!lower_case || !is_own(*lower_case, host)) return std::nullopt;

  const std::string_view path = url.substr(0, url.find_first_of("?#")).substr(host_end);
  for (std::size_t at = path.find(issues_segment); at != path.npos;
       at = path.find(issues_segment, at + 1)) {
    const std::size_t begin = at + issues_segment.size();
    std::size_t end = begin;
    while (end < path.size()) {
      const Character c = character_at(path, end);
      if (!digit_value(c.code)) break;
      end += c.size;
    }
    if (end > begin) return number_of(path.substr(begin, end - begin));
  }
  return std::nullopt;
}

}  // namespace bitbucket::inline v0_1::tracking
