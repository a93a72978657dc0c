#include "json/writer.hpp"

#include <simdjson.h>
#include <nlohmann/json.hpp>

#include <bitbucket/error.hpp>

#include "json/raw_json.hpp"

namespace bitbucket::inline v0_1::json {
namespace {

[[noreturn]] void refuse(const Place& at, std::string_view reason) {
  std::string what = "the JSON to be sent is wrong";
  if (const std::string where = pointer(at); !where.empty()) what += " at " + where;
  throw InvalidArgument(what + ": " + std::string(reason));
}

}  // namespace

void Writer::text(std::string_view value) {
  if (!simdjson::validate_utf8(value)) refuse(*at_, "the text is not UTF-8");
  text_ += nlohmann::json(value).dump();
}

void Writer::raw(const RawJson& value) {
  if (!is_json(value.text)) refuse(*at_, "the text is not JSON");
  text_ += value.text;
}

void Writer::number(double value) { text_ += nlohmann::json(value).dump(); }

void Writer::others(const RawJson& members) {
  if (members.empty()) return;
  const std::size_t open = members.text.find('{');
  if (!is_json(members.text) || members.text.find_first_not_of(" \t\r\n") != open)
    refuse(*at_, "the other members are not an object");
  const std::size_t close = members.text.rfind('}');
  const std::string inner = members.text.substr(open + 1, close - open - 1);
  if (inner.find_first_not_of(" \t\r\n") == std::string::npos) return;
  if (text_.back() != '{') text_ += ',';
  text_ += inner;
}

Place* Writer::open(char bracket, Place& inner) {
  inner.up = at_;
  inner.depth = at_->depth + 1;
  text_ += bracket;
  return std::exchange(at_, &inner);
}

void Writer::close(char bracket, Place* outer) {
  text_ += bracket;
  at_ = outer;
}

void Writer::begin_member(std::string_view name) {
  if (text_.back() != '{') text_ += ',';
  at_->name = name;
}

void Writer::key(std::string_view name) {
  begin_member(name);
  text_ += '"';
  text_ += name;
  text_ += "\":";
}

std::string write_document(const RawJson& value) {
  if (!value.empty() && !is_json(value.text)) refuse(Place{}, "the text is not JSON");
  return value.text;
}

}  // namespace bitbucket::inline v0_1::json
