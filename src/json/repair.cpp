#include "json/repair.hpp"

#include <charconv>
#include <cstddef>
#include <system_error>

#include <simdjson.h>

namespace bitbucket::inline v0_1::json {
namespace {

constexpr std::size_t escape_size = 6;  // of \uXXXX

/// Returns how long the character at the front of the text is; 0 if it is not UTF-8.
std::size_t character_size(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  return size <= text.size() && (size == 1 || simdjson::validate_utf8(text.substr(0, size))) ? size
                                                                                             : 0;
}

/// Returns the code unit of the \uXXXX at the front of the text; -1 if there is none.
int code_unit(std::string_view text) {
  if (text.size() < escape_size || !text.starts_with("\\u")) return -1;
  int unit = 0;
  const char* const end = text.data() + escape_size;
  const auto [stopped, error] = std::from_chars(text.data() + 2, end, unit, 16);
  return error == std::errc() && stopped == end ? unit : -1;
}

bool is_first_half(int unit) { return unit >= 0xd800 && unit < 0xdc00; }
bool is_second_half(int unit) { return unit >= 0xdc00 && unit < 0xe000; }

/// Moves the escape at the front of `rest` behind `out`.
void move_escape(std::string_view& rest, std::string& out) {
  const int unit = code_unit(rest);
  std::size_t size = unit >= 0 ? escape_size : rest.starts_with("\\\\") ? 2 : 1;
  if (is_first_half(unit) && is_second_half(code_unit(rest.substr(size)))) {
    size += escape_size;
  } else if (is_first_half(unit) || is_second_half(unit)) {
    rest.remove_prefix(size);
    out += "\\ufffd";
    return;
  }
  out += rest.substr(0, size);
  rest.remove_prefix(size);
}

}  // namespace

std::string repaired(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (text.front() == '\\') {
      move_escape(text, out);
    } else if (const std::size_t size = character_size(text)) {
      out += text.substr(0, size);
      text.remove_prefix(size);
    } else {
      out += "\xef\xbf\xbd";
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace bitbucket::inline v0_1::json
