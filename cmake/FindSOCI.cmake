# Finds SOCI 4 with its backends for SQLite and PostgreSQL, and the C libraries of both databases, whose
# headers SOCI's backends include.  Defines SOCI::SOCI.
#
# Debian's libsoci-dev has no CMake package, no pkg-config file, and does not depend on those headers.
find_path(SOCI_INCLUDE_DIR NAMES soci/soci.h)
find_library(SOCI_CORE_LIBRARY NAMES soci_core)
find_library(SOCI_SQLITE3_LIBRARY NAMES soci_sqlite3)
find_library(SOCI_POSTGRESQL_LIBRARY NAMES soci_postgresql)
find_package(SQLite3 3.39 QUIET)
find_package(PostgreSQL 14 QUIET)

if(SOCI_INCLUDE_DIR AND EXISTS "${SOCI_INCLUDE_DIR}/soci/version.h")
  file(STRINGS "${SOCI_INCLUDE_DIR}/soci/version.h" soci_version_line REGEX "define SOCI_LIB_VERSION \"")
  string(REGEX REPLACE ".*\"([0-9]+)_([0-9]+)[_.]?([0-9]*)\".*" "\\1.\\2.\\3" SOCI_VERSION "${soci_version_line}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(SOCI
  REQUIRED_VARS SOCI_CORE_LIBRARY SOCI_SQLITE3_LIBRARY SOCI_POSTGRESQL_LIBRARY SOCI_INCLUDE_DIR
                SQLite3_FOUND PostgreSQL_FOUND
  VERSION_VAR SOCI_VERSION
  REASON_FAILURE_MESSAGE "(Debian 12: libsoci-dev libsqlite3-dev libpq-dev)")
mark_as_advanced(SOCI_INCLUDE_DIR SOCI_CORE_LIBRARY SOCI_SQLITE3_LIBRARY SOCI_POSTGRESQL_LIBRARY)

if(SOCI_FOUND AND NOT TARGET SOCI::SOCI)
  add_library(SOCI::SOCI INTERFACE IMPORTED)
  target_include_directories(SOCI::SOCI SYSTEM INTERFACE "${SOCI_INCLUDE_DIR}")
  target_link_libraries(SOCI::SOCI INTERFACE
    "${SOCI_SQLITE3_LIBRARY}" "${SOCI_POSTGRESQL_LIBRARY}" "${SOCI_CORE_LIBRARY}"
    SQLite::SQLite3 PostgreSQL::PostgreSQL)
endif()
