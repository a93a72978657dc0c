#include "http/no_proxy.hpp"

#include <arpa/inet.h>

#include <charconv>
#include <string>
#include <vector>

#include "base/ascii.hpp"

namespace bitbucket::inline v0_1::http {
namespace {

using Address = std::vector<unsigned char>;  // 4 or 16 bytes; empty for a name

std::string_view without_brackets(std::string_view host) {
  if (!host.starts_with('[') || !host.ends_with(']')) return host;
  return host.substr(1, host.size() - 2);
}

Address parse_address(std::string_view text) {
  const std::string terminated(without_brackets(text));
  Address address(16);
  if (inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1) return address;
  address.resize(4);
  if (inet_pton(AF_INET, terminated.c_str(), address.data()) == 1) return address;
  return {};
}

bool same_bits(const Address& a, const Address& b, std::size_t bits) {
  if (a.size() != b.size() || bits > a.size() * 8) return false;
  for (std::size_t bit = 0; bit < bits; ++bit)
    if (((a[bit / 8] ^ b[bit / 8]) >> (7 - bit % 8)) & 1) return false;
  return true;
}

bool matches_address(const Address& host, std::string_view entry) {
  const std::size_t slash = entry.find('/');
  const Address network = parse_address(entry.substr(0, slash));
  std::size_t bits = network.size() * 8;
  if (slash != std::string_view::npos) {
    const std::string_view number = entry.substr(slash + 1);
    const char* const end = number.data() + number.size();
    if (std::from_chars(number.data(), end, bits).ptr != end || number.empty()) return false;
  }
  return !network.empty() && same_bits(host, network, bits);
}

bool matches_name(std::string_view host, std::string_view entry) {
  if (entry.starts_with('.')) entry.remove_prefix(1);
  if (entry.ends_with('.')) entry.remove_suffix(1);
  if (entry.empty() || entry.size() > host.size()) return false;
  if (!detail::equal_ignoring_case(host.substr(host.size() - entry.size()), entry)) return false;
  return entry.size() == host.size() || host[host.size() - entry.size() - 1] == '.';
}

}  // namespace

bool bypasses_proxy(std::string_view host, std::string_view list) {
  const Address address = parse_address(host);
  if (host.ends_with('.')) host.remove_suffix(1);
  while (!list.empty()) {
    const std::size_t end = list.find_first_of(", \t");
    const std::string_view entry = list.substr(0, end);
    list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
    if (entry == "*") return true;
    if (address.empty() ? matches_name(host, entry) : matches_address(address, entry)) return true;
  }
  return false;
}

}  // namespace bitbucket::inline v0_1::http
