#pragma once

#include <string>
#include <string_view>

#include "tracking/session.hpp"

namespace bitbucket::inline v0_1::tracking {

/// Where a database is.
struct Address {
  Engine engine = Engine::sqlite;
  std::string place;  ///< the path of a file, or what libpq takes
};

/// Reads TrackingStoreOptions::database.  Throws InvalidArgument.
Address parse_address(std::string_view text);

}  // namespace bitbucket::inline v0_1::tracking
