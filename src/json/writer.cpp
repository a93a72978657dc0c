#include "json/writer.hpp"

#include <simdjson.h>

#include <bitbucket/error.hpp>

#include "json/raw_json.hpp"

namespace bitbucket::inline v0_1::json {
namespace {

template <class Json>
std::string dump_any(const Json& value) {
  try {
    return value.dump();
  } catch (const nlohmann::json::exception&) {
    throw InvalidArgument("the JSON to be sent has a string that is not UTF-8");
  }
}

}  // namespace

void refuse(const Place& at, std::string_view reason) {
  std::string what = "the JSON to be sent is wrong";
  if (const std::string where = pointer(at); !where.empty()) what += " at " + where;
  throw InvalidArgument(what + ": " + std::string(reason));
}

OrderedJson written_text(std::string_view text, const Place& at) {
  if (!simdjson::validate_utf8(text)) refuse(at, "the text is not UTF-8");
  return OrderedJson(std::string(text));
}

OrderedJson written_raw(const RawJson& raw, const Place& at) {
  if (!is_json(raw.text)) refuse(at, "the text is not JSON");
  return OrderedJson::parse(raw.text);
}

std::string dump(const OrderedJson& value) { return dump_any(value); }
std::string dump(const nlohmann::json& value) { return dump_any(value); }

std::string write_document(const RawJson& value) {
  if (!value.empty() && !is_json(value.text)) refuse(Place{}, "the text is not JSON");
  return value.text;
}

}  // namespace bitbucket::inline v0_1::json
