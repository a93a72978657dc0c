#include "integration/form.hpp"

#include <algorithm>

#include "integration/url.hpp"

namespace bitbucket::inline v0_1::integration {
namespace {

bool is_unreserved(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
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

std::vector<std::string> find_fields(std::string_view text, std::string_view name,
                                     std::size_t most) {
  std::vector<std::string> out;
  while (!text.empty() && out.size() < most) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (form_decoded(pair.substr(0, equals)) == name)
      out.push_back(form_decoded(pair.substr(std::min(pair.size(), equals + 1))));
  }
  return out;
}

}  // namespace bitbucket::inline v0_1::integration
