#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace bitbucket::inline v0_1::integration {

/// Reads a JSON object; throws DecodeError when the text is anything else.
nlohmann::json read_object(std::string_view text);
/// Returns a member; null when it is absent or null.  Throws DecodeError when it is not a string.
const std::string* find_text(const nlohmann::json& object, const char* name);
/// Returns a member.  Throws DecodeError when it is absent, empty or not a string.
const std::string& require_text(const nlohmann::json& object, const char* name);
/// Returns a member; nothing when it is absent or null.  Throws DecodeError when it is not true or
/// false.
std::optional<bool> find_flag(const nlohmann::json& object, const char* name);
/// Returns a member; nothing when it is absent or null.  Throws DecodeError when it is not a time
/// that the system clock can represent, in seconds since 1970.
std::optional<std::chrono::sys_seconds> find_time(const nlohmann::json& object, const char* name);

/// Returns the text of an object.  Throws InvalidArgument when a string in it is not UTF-8.
std::string write_object(const nlohmann::json& object);

}  // namespace bitbucket::inline v0_1::integration
