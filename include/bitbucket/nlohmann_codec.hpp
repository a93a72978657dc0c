#pragma once

#include <string>
#include <type_traits>

#include <nlohmann/json_fwd.hpp>

#include <bitbucket/codec.hpp>
#include <bitbucket/error.hpp>
#include <bitbucket/json.hpp>

namespace bitbucket::inline v0_1 {

/// A JsonCodec for a type that nlohmann's from_json() reads and to_json() writes.  A program that
/// uses it must include <nlohmann/json.hpp>.
///
///     struct Label { std::string name; };
///     NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Label, name)
///     template <> struct bitbucket::JsonCodec<Label> : bitbucket::NlohmannCodec<Label> {};
template <class T>
struct NlohmannCodec {
  /// Fills `out`; an error from nlohmann becomes a DecodeError.
  static void read(std::string& body, T& out) {
    const auto value = [](const auto& raw) { return raw.parse(); }(RawJson{body});
    try {
      value.get_to(out);
    } catch (const typename Json::exception& error) {
      throw DecodeError({}, error.what());
    }
  }
  /// Returns the text; a string that is not UTF-8 becomes an InvalidArgument.
  static std::string write(const T& value) {
    try {
      return Json(value).dump();
    } catch (const typename Json::exception& error) {
      throw InvalidArgument(error.what());
    }
  }

 private:
  // The name depends on T, so only the user of the codec needs the definition of nlohmann::json.
  using Json = std::conditional_t<std::is_void_v<T>, T, nlohmann::json>;
};

}  // namespace bitbucket::inline v0_1
