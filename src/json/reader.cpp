#include "json/reader.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "json/raw_json.hpp"
#include "json/time.hpp"

// The types that are not what their JSON is.

namespace bitbucket::inline v0_1::json {

void read(Cursor& in, Secret& out) { out = Secret(text_of(in)); }

void read_iso8601(Cursor& in, Time& out) {
  if (!parse_iso8601(text_of(in), out))
    fail(in.at, "expected milliseconds since 1970 or an ISO 8601 time with its zone");
}

void read_array(std::string& body, Rows out) {
  out.clear();
  const Document document(body);
  Cursor in = document.value();
  out.read(in);
  document.expect_end(in);
}

void read_document(std::string& body, RawJson& out) {
  out.text.clear();
  if (body.empty()) fail({}, "the body is empty");
  expect_json(body);
  out.text = body;
}

void read_document(std::string& body, std::string& out) {
  nlohmann::json value = RawJson{body}.parse();
  if (!value.is_string()) fail({}, "expected a string, found another value");
  out = std::move(value.get_ref<std::string&>());
}

}  // namespace bitbucket::inline v0_1::json
