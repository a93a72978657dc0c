#include "auth/base64.hpp"

#include <array>
#include <cstdint>

#include <openssl/evp.h>

namespace bitbucket::inline v0_1::auth {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<int, 256> values = [] {
  std::array<int, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<int>(i);
  return table;
}();

constexpr bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

void base64_encode(std::string& out, std::string_view bytes) {
  const std::size_t before = out.size();
  const std::size_t size = (bytes.size() + 2) / 3 * 4;
  out.resize(before + size + 1);  // OpenSSL appends a NUL
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data() + before),
                  reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()));
  out.resize(before + size);
}

Base64Fault base64_decode(std::string& out, std::string_view text) {
  std::uint32_t group = 0;
  int count = 0, padding = 0;
  for (const char c : text) {
    if (is_space(c)) continue;
    const int value = values[static_cast<unsigned char>(c)];
    if (c == '=') {
      if (++padding > 2) return Base64Fault::character;
    } else if (value < 0 || padding > 0) {
      return Base64Fault::character;
    } else {
      group = group << 6 | static_cast<std::uint32_t>(value);
      if (++count % 4 == 0) {
        out += static_cast<char>(group >> 16 & 255);
        out += static_cast<char>(group >> 8 & 255);
        out += static_cast<char>(group & 255);
      }
    }
  }
  if ((count + padding) % 4 != 0) return Base64Fault::length;
  if (padding == 1) {
    out += static_cast<char>(group >> 10 & 255);
    out += static_cast<char>(group >> 2 & 255);
  } else if (padding == 2) {
    out += static_cast<char>(group >> 4 & 255);
  }
  return Base64Fault::none;
}

}  // namespace bitbucket::inline v0_1::auth
