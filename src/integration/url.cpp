#include "integration/url.hpp"

namespace bitbucket::inline v0_1::integration {
namespace {

int value_of_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view text, char plus) {
  std::string out;
  out.reserve(text.size());  // a buffer that grows leaves copies of a secret behind
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool whole = text[i] == '%' && i + 2 < text.size();
    const int high = whole ? value_of_digit(text[i + 1]) : -1;
    const int low = whole ? value_of_digit(text[i + 2]) : -1;
    if (high >= 0 && low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i] == '+' ? plus : text[i];
    }
  }
  return out;
}

}  // namespace

std::string_view netloc_of(std::string_view base_url) noexcept {
  const std::size_t scheme = base_url.find("://");
  if (scheme != std::string_view::npos) base_url.remove_prefix(scheme + 3);
  base_url = base_url.substr(0, base_url.find_first_of("/?#"));
  const std::size_t user = base_url.rfind('@');
  return user == std::string_view::npos ? base_url : base_url.substr(user + 1);
}

std::string_view without_slashes_at_end(std::string_view url) noexcept {
  while (url.ends_with('/')) url.remove_suffix(1);
  return url;
}

std::string percent_decoded(std::string_view text) { return decoded(text, '+'); }
std::string form_decoded(std::string_view text) { return decoded(text, ' '); }

}  // namespace bitbucket::inline v0_1::integration
