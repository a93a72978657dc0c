# Uses installed packages first, and FetchContent for missing ones.  libcurl and OpenSSL are never
# fetched, because a process should have each only once.

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(CURL 7.68 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)

find_package(nlohmann_json 3.10 QUIET)
if(NOT nlohmann_json_FOUND)
  include(FetchContent)
  FetchContent_Declare(nlohmann_json
    URL https://github.com/nlohmann/json/releases/download/v3.11.2/json.tar.xz)
  FetchContent_MakeAvailable(nlohmann_json)
endif()

find_package(simdjson 3.0 QUIET)
if(NOT simdjson_FOUND)
  include(FetchContent)
  FetchContent_Declare(simdjson
    URL https://github.com/simdjson/simdjson/archive/refs/tags/v3.10.1.tar.gz)
  FetchContent_MakeAvailable(simdjson)
endif()

if(BITBUCKET_BUILD_TESTING_LIBRARY)
  # Debian ships httplib without a CMake package.
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(BITBUCKET_CPP_HTTPLIB QUIET IMPORTED_TARGET cpp-httplib)
  endif()
  if(TARGET PkgConfig::BITBUCKET_CPP_HTTPLIB)
    set(BITBUCKET_HTTPLIB PkgConfig::BITBUCKET_CPP_HTTPLIB)
  else()
    include(FetchContent)
    FetchContent_Declare(httplib
      URL https://github.com/yhirose/cpp-httplib/archive/refs/tags/v0.11.4.tar.gz)
    FetchContent_MakeAvailable(httplib)
    set(BITBUCKET_HTTPLIB httplib::httplib)
  endif()
endif()
