#include "integration/json_object.hpp"

#include <openssl/crypto.h>

#include <cstdint>

#include <nlohmann/json.hpp>

#include <bitbucket/error.hpp>
#include <bitbucket/json.hpp>

namespace bitbucket::inline v0_1::integration {
namespace {

/// The text may be a form with a private key.
struct ScrubbedJson {
  RawJson raw;
  explicit ScrubbedJson(std::string_view text) : raw{std::string(text)} {}
  ScrubbedJson(const ScrubbedJson&) = delete;
  ScrubbedJson& operator=(const ScrubbedJson&) = delete;
  ~ScrubbedJson() { OPENSSL_cleanse(raw.text.data(), raw.text.size()); }
};

const nlohmann::json* find_member(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string pointer_to(const char* name) { return std::string("/") + name; }

}  // namespace

nlohmann::json read_object(std::string_view text) {
  nlohmann::json value = ScrubbedJson(text).raw.parse();
  if (!value.is_object()) throw DecodeError("", "an object is expected");
  return value;
}

const std::string* find_text(const nlohmann::json& object, const char* name) {
  const nlohmann::json* member = find_member(object, name);
  if (!member) return nullptr;
  if (!member->is_string()) throw DecodeError(pointer_to(name), "a string is expected");
  return &member->get_ref<const std::string&>();
}

const std::string& require_text(const nlohmann::json& object, const char* name) {
  const std::string* text = find_text(object, name);
  if (!text || text->empty()) throw DecodeError(pointer_to(name), "it is missing or empty");
  return *text;
}

std::optional<bool> find_flag(const nlohmann::json& object, const char* name) {
  const nlohmann::json* member = find_member(object, name);
  if (!member) return std::nullopt;
  if (!member->is_boolean()) throw DecodeError(pointer_to(name), "true or false is expected");
  return member->get<bool>();
}

std::optional<std::chrono::sys_seconds> find_time(const nlohmann::json& object, const char* name) {
  const nlohmann::json* member = find_member(object, name);
  if (!member) return std::nullopt;
  constexpr auto last =
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::time_point::max());
  if (member->is_number_unsigned()) {
    const auto seconds = member->get<std::uint64_t>();
    if (seconds <= static_cast<std::uint64_t>(last.time_since_epoch().count()))
      return std::chrono::sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
  }
  throw DecodeError(pointer_to(name), "a time in seconds since 1970 is expected");
}

std::string write_object(const nlohmann::json& object) {
  try {
    return object.dump();
  } catch (const nlohmann::json::exception&) {
    // Its text would quote the bytes.
    throw InvalidArgument(
        "this cannot be written as JSON, because a text in it is not UTF-8; a sealer returns text, "
        "for example base64");
  }
}

}  // namespace bitbucket::inline v0_1::integration
