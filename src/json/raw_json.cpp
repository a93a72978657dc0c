#include "json/raw_json.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include <simdjson.h>
#include <nlohmann/json.hpp>

#include <bitbucket/error.hpp>
#include <bitbucket/json.hpp>

#include "json/place.hpp"
#include "json/scan.hpp"

namespace bitbucket::inline v0_1 {
namespace json {
namespace {

using Json = nlohmann::json;

/// Makes a value of what nlohmann's parser reports, and a DecodeError of what a Json cannot hold.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(const std::string& text) : text_(text) {}

  Json build() && {
    Json::sax_parse(text_, this);
    return std::move(root_);
  }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t& token) override {
    // The parser makes a double of an integer that does not fit into 64 bits.
    if (token.find_first_of(".eE") == std::string::npos) refuse("the number is out of range");
    return add(value);
  }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return open(Json::object()); }
  bool key(string_t& name) override {
    open_.back().key = std::move(name);
    open_.back().has_key = true;
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_array() override { return close(); }

  bool parse_error(std::size_t, const std::string&, const Json::exception& error) override {
    if (dynamic_cast<const Json::out_of_range*>(&error)) refuse("the number is out of range");
    if (!simdjson::validate_utf8(text_)) fail({}, "the text is not UTF-8");
    // The grammar knows no characters, so that only these can be what the parser objects to.
    if (is_value(text_)) refuse("a string has half of a surrogate pair");
    fail({}, "not valid JSON");
  }

 private:
  /// An array or object that is not closed.
  struct Open {
    Json* value;
    std::string key = {};  // of the member whose value comes next
    bool has_key = false;
  };

  Json* put(Json value) {
    if (open_.empty()) return &(root_ = std::move(value));
    Open& into = open_.back();
    if (into.value->is_array()) return &into.value->emplace_back(std::move(value));
    into.has_key = false;
    return &((*into.value)[into.key] = std::move(value));
  }
  bool add(Json value) { return put(std::move(value)) != nullptr; }
  bool open(Json value) {
    if (open_.size() == max_raw_depth) fail({}, "nested too deeply");
    open_.push_back({put(std::move(value))});
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  /// Throws for the value that comes next.
  [[noreturn]] void refuse(const std::string& reason) const {
    std::deque<Place> places(1);
    for (const Open& each : open_) {
      const bool innermost = &each == &open_.back();
      if (each.value->is_array())
        places.push_back({.up = &places.back(), .index = each.value->size() - (innermost ? 0 : 1)});
      else if (each.has_key || !innermost)
        places.push_back({.up = &places.back(), .name = each.key});
    }
    fail(places.back(), reason);
  }

  const std::string& text_;
  Json root_;
  std::vector<Open> open_;
};

}  // namespace

bool is_json(std::string_view text) {
  return simdjson::validate_utf8(text) && is_value(text, max_raw_depth);
}

void expect_json(const std::string& text) {
  if (is_json(text)) return;
  (void)RawJson{text}.parse();
  fail({}, "not valid JSON");
}

}  // namespace json

nlohmann::json RawJson::parse() const {
  if (text.empty()) return nullptr;
  // The parser skips a byte order mark and takes a NUL for the end.
  if (text.starts_with("\xef\xbb\xbf") || text.find('\0') != std::string::npos)
    json::fail({}, "not valid JSON");
  return json::Builder(text).build();
}

}  // namespace bitbucket::inline v0_1
