#include "json/walk.hpp"

#include <cstdint>

namespace bitbucket::inline v0_1::json {

std::string_view Walk::raw_key() {
  if (key_[-1] != '"') fail_parse(*place_.up, simdjson::TAPE_ERROR);
  const char* end = key_;
  while (*end != '"') end += *end == '\\' ? 2 : 1;
  return {key_, static_cast<std::size_t>(end - key_)};
}

ondemand::value Walk::take(std::string_view name, std::string_view raw) {
  place_.name = name;
  respelled_ = {};
  ondemand::value value;
  check(object_.find_field(raw).get(value), *place_.up);
  return value;
}

void Walk::leave(const char* brace) {
  if (*brace != '}') fail_parse(*place_.up, simdjson::TAPE_ERROR);
  // The parser passes over the brace.
  const simdjson::error_code error = object_.find_field("").error();
  if (error != simdjson::NO_SUCH_FIELD) fail_parse(*place_.up, error);
  next_ = token_behind(brace);
  key_ = no_key;
  done_ = true;
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
