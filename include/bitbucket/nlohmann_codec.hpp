#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include <bitbucket/error.hpp>
#include <bitbucket/json.hpp>

namespace bitbucket::inline v0_1 {

/// A JsonCodec for a type that nlohmann's from_json() reads and to_json() writes:
///
///     struct Label { std::string name; };
///     NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Label, name)
///     template <> struct bitbucket::JsonCodec<Label> : bitbucket::NlohmannCodec<Label> {};
template <class T>
struct NlohmannCodec {
  /// Fills `out`; what nlohmann objects to becomes a DecodeError.
  static void read(std::string& body, T& out) {
    const nlohmann::json value = RawJson{body}.parse();
    try {
      value.get_to(out);
    } catch (const nlohmann::json::exception& error) {
      throw DecodeError({}, error.what());
    }
  }
  /// Returns the text; a string that is not UTF-8 becomes an InvalidArgument.
  static std::string write(const T& value) {
    try {
      return nlohmann::json(value).dump();
    } catch (const nlohmann::json::exception& error) {
      throw InvalidArgument(error.what());
    }
  }
};

}  // namespace bitbucket::inline v0_1
