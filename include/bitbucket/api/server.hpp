#pragma once

#include <bitbucket/api_path.hpp>

namespace bitbucket::inline v0_1 {

struct ApplicationProperties;

/// Rows of the table: the server itself.
namespace api::server {

// clang-format off
inline constexpr Get   <ApplicationProperties> application_properties{"/rest/api/1.0/application-properties"};
// clang-format on

/// Calls `f(name, row)` for each row above.
constexpr void for_each(auto&& f) { f("server.application_properties", application_properties); }

}  // namespace api::server
}  // namespace bitbucket::inline v0_1
