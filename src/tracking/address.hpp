#pragma once

#include <string>
#include <string_view>

namespace bitbucket::inline v0_1::tracking {

/// The database products.
enum class Engine { sqlite, postgresql };

/// Where a database is.
struct Address {
  Engine engine = Engine::sqlite;
  std::string place;  ///< the absolute path of a file, or keywords and values for libpq
  std::string name;   ///< for texts of errors; without a password
};

/// Reads TrackingStoreOptions::database.  Throws InvalidArgument, whose text never quotes the
/// address, which may have a password in it.
Address parse_address(std::string_view text);

}  // namespace bitbucket::inline v0_1::tracking
