# Uses installed packages first, and FetchContent for missing ones, in the versions of Debian 12.
# Each archive is pinned by its SHA-256 (docs/decisions/0015-fetched-archives-are-pinned-by-content.md).
# libcurl and OpenSSL are never fetched, because a process should have each only once; neither is SOCI, which brings
# the databases' own libraries.

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(CURL 7.68 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)

find_package(nlohmann_json 3.10 QUIET)
if(NOT nlohmann_json_FOUND)
  include(FetchContent)
  FetchContent_Declare(nlohmann_json
    URL https://github.com/nlohmann/json/archive/refs/tags/v3.11.2.tar.gz
    URL_HASH SHA256=d69f9deb6a75e2580465c6c4c5111b89c4dc2fa94e3a85fcd2ffcd9a143d9273)
  FetchContent_MakeAvailable(nlohmann_json)
endif()

find_package(simdjson 3.0 QUIET)
if(NOT simdjson_FOUND)
  include(FetchContent)
  FetchContent_Declare(simdjson
    URL https://github.com/simdjson/simdjson/archive/refs/tags/v3.0.1.tar.gz
    URL_HASH SHA256=156b1bc5eb0561b2bd166b46d191fd3d95a3e709cc63761477d3b7aec2b6e9ed)
  FetchContent_MakeAvailable(simdjson)
endif()

if(BITBUCKET_BUILD_TRACKING)
  list(PREPEND CMAKE_MODULE_PATH "${CMAKE_CURRENT_LIST_DIR}")
  find_package(SOCI 4.0 REQUIRED)
  list(POP_FRONT CMAKE_MODULE_PATH)
endif()

# The embedded server overrides functions of cpp-httplib that are not part of its interface: only the
# version that it was tried with will do.
set(BITBUCKET_HTTPLIB_VERSION 0.11.4)
if(BITBUCKET_BUILD_TESTING_LIBRARY)
  # Debian ships httplib without a CMake package.
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(BITBUCKET_CPP_HTTPLIB QUIET IMPORTED_TARGET cpp-httplib)
  endif()
  if(BITBUCKET_CPP_HTTPLIB_VERSION VERSION_EQUAL BITBUCKET_HTTPLIB_VERSION)
    set(BITBUCKET_HTTPLIB PkgConfig::BITBUCKET_CPP_HTTPLIB)
  else()
    if(BITBUCKET_CPP_HTTPLIB_FOUND)
      set(bitbucket_found "cpp-httplib ${BITBUCKET_CPP_HTTPLIB_VERSION} is installed")
    else()
      set(bitbucket_found "cpp-httplib is not installed")
    endif()
    if(FETCHCONTENT_FULLY_DISCONNECTED AND NOT FETCHCONTENT_SOURCE_DIR_HTTPLIB)
      message(FATAL_ERROR "bitbucket: ${bitbucket_found}, but the embedded server works with "
              "${BITBUCKET_HTTPLIB_VERSION} only. Install that version (Debian 12: libcpp-httplib-dev), "
              "let CMake fetch it, or set BITBUCKET_BUILD_TESTING_LIBRARY to OFF.")
    endif()
    message(STATUS "bitbucket: ${bitbucket_found}; the embedded server is built with "
            "${BITBUCKET_HTTPLIB_VERSION}, which is fetched")
    include(FetchContent)
    FetchContent_Declare(httplib
      URL https://github.com/yhirose/cpp-httplib/archive/refs/tags/v${BITBUCKET_HTTPLIB_VERSION}.zip
      URL_HASH SHA256=9d884bee50ded17de3a51d673bb9c2d7d11f101c595b0891830ba9d02e0cc368)
    set(HTTPLIB_REQUIRE_ZLIB ON)  # git sends requests in gzip
    FetchContent_MakeAvailable(httplib)
    set(BITBUCKET_HTTPLIB httplib::httplib)
  endif()
endif()
