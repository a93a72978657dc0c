#pragma once

#include <span>
#include <string>
#include <string_view>

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

/// Returns whether a text is the whole id of a commit: 40 or 64 digits in lower case.
inline bool is_commit_id(std::string_view text) noexcept {
  return (text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace bitbucket::inline v0_1::detail
