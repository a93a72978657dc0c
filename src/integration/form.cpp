#include "integration/form.hpp"

#include <algorithm>

namespace bitbucket::inline v0_1::integration {
namespace {

bool is_unreserved(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

int value_of_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());  // a buffer that grows leaves copies of a secret behind
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = i + 2 < text.size() ? value_of_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? value_of_digit(text[i + 2]) : -1;
    if (text[i] == '%' && high >= 0 && low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append("&").append(name).append("=");
  for (const char c : value) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += "0123456789ABCDEF"[byte >> 4];
      out += "0123456789ABCDEF"[byte & 15];
    }
  }
}

Parameters read_fields(std::string_view text) {
  Parameters out;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (!pair.empty())
      out.emplace_back(decoded(pair.substr(0, equals)),
                       decoded(pair.substr(std::min(pair.size(), equals + 1))));
  }
  return out;
}

}  // namespace bitbucket::inline v0_1::integration
