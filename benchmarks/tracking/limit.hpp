#pragma once

#include <string>

#include "data.hpp"

namespace benchmarks {

// The same rows as the library writes, by hand, for releases, commits and authors that are all new:
// nothing is looked up, compared or staged.  The tables exist.
void write_with_sqlite3(const std::string& file, const TrackingWork& work);
void write_with_libpq(const std::string& address, const TrackingWork& work);

}  // namespace benchmarks
