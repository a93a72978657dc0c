#include "json/walk.hpp"

namespace bitbucket::inline v0_1::json {

std::string_view Walk::raw_key() {
  if (body_[*token_] != '"') fail_grammar(*place_.up);
  const char* end = key_;
  while (*end != '"') end += *end == '\\' ? 2 : 1;
  return {key_, static_cast<std::size_t>(end - key_)};
}

void Walk::fail_missing(std::string_view name) const {
  fail({.up = place_.up, .name = name}, "the member is missing");
}

ClearKey::ClearKey(std::string_view raw, const Place& object) : text_(raw) {
  if (raw.find('\\') == std::string_view::npos) return;
  // The last of the padding stays empty: the text of a key that equals no name.
  memory_.resize(raw.size() + 2 * simdjson::SIMDJSON_PADDING);
  text_ = unescape(raw, memory_.data(), object);
  memory_[text_.size()] = '"';
  const bool may_be_name = text_.find('"') == std::string_view::npos;
  data_ = memory_.data() + (may_be_name ? 0 : memory_.size() - simdjson::SIMDJSON_PADDING);
}

}  // namespace bitbucket::inline v0_1::json
