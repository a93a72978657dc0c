#include "http/encoding.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"

namespace bitbucket::inline v0_1::http {
namespace {

constexpr std::array<bool, 256> unreserved = [] {
  std::array<bool, 256> table{};
  for (unsigned char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                          "0123456789-._~"))
    table[c] = true;
  return table;
}();

constexpr int hex_value(char c) noexcept {
  if (detail::is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

void percent_encode(std::string& out, std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  const auto is_reserved = [](char c) { return !unreserved[static_cast<unsigned char>(c)]; };
  for (auto at = text.begin(); at != text.end();) {
    const auto reserved = std::find_if(at, text.end(), is_reserved);
    out.append(at, reserved);
    for (at = reserved; at != text.end() && is_reserved(*at); ++at) {
      const auto c = static_cast<unsigned char>(*at);
      const char escape[3] = {'%', digits[c >> 4], digits[c & 15]};
      out.append(escape, 3);
    }
  }
}

std::string percent_encode(std::string_view text) {
  std::string out;
  out.reserve(3 * text.size());  // a buffer that grows leaves copies of a secret behind
  percent_encode(out, text);
  return out;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i] == '+' && plus_is_space ? ' ' : text[i];
    }
  }
  return out;
}

void append_query(std::string& url, const Parameters& query) {
  char separator = '?';
  for (const auto& [name, value] : query) {
    url += separator;
    percent_encode(url, name);
    url += '=';
    percent_encode(url, value);
    separator = '&';
  }
}

std::optional<Parameters> parse_form(std::string_view text, bool plus_is_space) {
  Parameters out;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    auto name = percent_decode(pair.substr(0, equals), plus_is_space);
    auto value = percent_decode(
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1),
        plus_is_space);
    if (!name || !value) return std::nullopt;
    out.emplace_back(std::move(*name), std::move(*value));
  }
  return out;
}

}  // namespace bitbucket::inline v0_1::http
