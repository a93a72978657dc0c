#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <simdjson.h>
#include <nlohmann/json.hpp>

#include "json/agreement.hpp"
#include "json/raw_json.hpp"
#include "json/repair.hpp"
#include "json/scan.hpp"
#include "model/error_entry.hpp"

// Every shape of answer from arbitrary bytes: nothing but a DecodeError leaves the Reader, it
// accepts only JSON, and what it makes of JSON is what the reference makes of it.  The first byte
// chooses the type.

namespace {

using namespace bitbucket;
using bitbucket_test::Agreement;
using bitbucket_test::agreement;

using Check = Agreement (*)(const std::string&);

constexpr Check checks[] = {
    agreement<Repo>,          agreement<Commit>,     agreement<Change>,
    agreement<Hook>,          agreement<Page<Repo>>, agreement<Page<Commit>>,
    agreement<Page<Change>>,  agreement<Page<Hook>>, agreement<HookTestResult>,
    agreement<Page<RawJson>>, agreement<Tag>,        agreement<Page<Tag>>,
};

void expect(bool condition) {
  if (!condition) std::abort();
}

/// True when some number of a value is a double that was written as an integer.
bool has_rounded_integer(const std::string& text) {
  bool found = false;
  struct Numbers : nlohmann::json_sax<nlohmann::json> {
    bool& found;
    explicit Numbers(bool& out) : found(out) {}
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t& token) override {
      found = found || token.find_first_of(".eE") == std::string::npos;
      return true;
    }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool start_object(std::size_t) override { return true; }
    bool key(string_t&) override { return true; }
    bool end_object() override { return true; }
    bool start_array(std::size_t) override { return true; }
    bool end_array() override { return true; }
    bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override {
      return false;
    }
  } numbers(found);
  nlohmann::json::sax_parse(text, &numbers);
  return found;
}

/// parse() refuses what nlohmann refuses and integers that it would round, and nothing else.
void parse_untyped(const std::string& text) {
  const nlohmann::json expected = nlohmann::json::parse(text, nullptr, false);
  try {
    const nlohmann::json value = RawJson{text}.parse();
    expect(text.empty() || (value == expected && !has_rounded_integer(text)));
    expect(text.empty() || json::is_json(text));
  } catch (const DecodeError&) {
    const bool foreign = text.starts_with("\xef\xbb\xbf") || text.find('\0') != std::string::npos;
    expect(expected.is_discarded() || foreign || has_rounded_integer(text) || !json::is_json(text));
  }
}

void read_untyped(std::string text) {
  json::read_errors(text);
  (void)json::is_error_envelope(text);
  const std::string repaired = json::repaired(text);
  expect(simdjson::validate_utf8(repaired));
  expect(json::repaired(repaired) == repaired || repaired.starts_with("\xef\xbb\xbf"));
  if (json::is_json(text)) expect(json::is_json(repaired));
  parse_untyped(text);
  try {
    std::vector<RawJson> rows;
    JsonCodec<std::vector<RawJson>>::read(text, rows);
    for (const RawJson& row : rows) expect(json::is_value(row.text));
  } catch (const DecodeError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t choice = data[0] % (std::size(checks) + 1);
  if (choice == std::size(checks))
    read_untyped(text);
  else if (checks[choice](text) == Agreement::differ)
    std::abort();
  return 0;
}
