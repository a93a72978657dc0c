#pragma once

#include <string_view>

namespace bitbucket::inline v0_1::http {

/// Returns whether a host is in a list of hosts that are reached without a proxy.  libcurl could
/// match the list too, but its rules differ from version to version.
bool bypasses_proxy(std::string_view host, std::string_view list);

}  // namespace bitbucket::inline v0_1::http
