#pragma once

#include <string_view>

namespace bitbucket::inline v0_1::http {

/// Tells whether a host is in a list of hosts that are reached without a proxy.  The list is
/// matched here because libcurl's own reading of it differs from version to version.
bool bypasses_proxy(std::string_view host, std::string_view list);

}  // namespace bitbucket::inline v0_1::http
