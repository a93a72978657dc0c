#pragma once

#include <span>
#include <string>

namespace bitbucket::inline v0_1::detail {

/// Returns bytes as lower-case hexadecimal digits.
inline std::string hex(std::span<const unsigned char> bytes) {
  std::string out;
  out.reserve(2 * bytes.size());  // a buffer that grows leaves copies of a secret behind
  for (const unsigned char byte : bytes) {
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789abcdef"[byte & 15];
  }
  return out;
}

}  // namespace bitbucket::inline v0_1::detail
