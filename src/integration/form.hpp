#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bitbucket::inline v0_1::integration {

/// Appends "&name=value", with the value percent-encoded.
void append_field(std::string& out, std::string_view name, std::string_view value);

/// Returns the decoded values of the first fields of "a=1&b=2" with this name, at most `most`. Text
/// that is not an escape stays as it is.
std::vector<std::string> find_fields(std::string_view text, std::string_view name,
                                     std::size_t most);

}  // namespace bitbucket::inline v0_1::integration
