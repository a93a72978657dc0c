#pragma once

#include <string>
#include <string_view>

#include <bitbucket/json.hpp>

namespace bitbucket::inline v0_1::integration {

/// Appends "&name=value", with the value percent-encoded.
void append_field(std::string& out, std::string_view name, std::string_view value);

/// Splits "a=1&b=2" and decodes names and values.  What is no escape stays as it is.
Parameters read_fields(std::string_view text);

}  // namespace bitbucket::inline v0_1::integration
