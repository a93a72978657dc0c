#include "json/raw_json.hpp"

#include <cstddef>

#include <nlohmann/json.hpp>

#include <bitbucket/error.hpp>
#include <bitbucket/json.hpp>

namespace bitbucket::inline v0_1 {
namespace json {
namespace {

/// Looks at brackets only; whether the text is JSON is the parser's business.
bool is_too_deep(std::string_view text) noexcept {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"')
      in_string = !in_string;
    else if (in_string)
      i += c == '\\' ? 1 : 0;
    else if ((c == '{' || c == '[') && ++depth > max_raw_depth)
      return true;
    else if (c == '}' || c == ']')
      --depth;
  }
  return false;
}

/// What nlohmann lets pass although it is no JSON: a byte order mark, and anything after a NUL.
bool is_foreign(std::string_view text) noexcept {
  return text.starts_with("\xef\xbb\xbf") || text.find('\0') != std::string_view::npos;
}

}  // namespace

bool is_json(std::string_view text) {
  return !is_foreign(text) && !is_too_deep(text) && nlohmann::json::accept(text);
}

}  // namespace json

nlohmann::json RawJson::parse() const {
  if (text.empty()) return nullptr;
  if (json::is_too_deep(text)) throw DecodeError({}, "nested too deeply");
  if (!json::is_foreign(text)) {
    nlohmann::json value = nlohmann::json::parse(text, nullptr, false);
    if (!value.is_discarded()) return value;
  }
  throw DecodeError({}, "not valid JSON");
}

}  // namespace bitbucket::inline v0_1
