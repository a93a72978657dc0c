# Installs a build into an empty prefix, moves the prefix, and uses it from its new place:
#   cmake -DBUILD=... -DWORK=... -DCOMPONENTS=server,testing -DFLAGS=... -P find_package.cmake
cmake_minimum_required(VERSION 3.22)
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")
file(REMOVE_RECURSE "${WORK}")
string(REPLACE "," ";" components "${COMPONENTS}")
set(prefix "${WORK}/a prefix")

foreach(component IN ITEMS runtime ${components})
  run_quietly(${CMAKE_COMMAND} --install "${BUILD}" --config "${CONFIG}" --prefix "${WORK}/before"
              --component bitbucket_${component})
endforeach()
file(RENAME "${WORK}/before" "${prefix}")
no_build_paths("${prefix}")
if(NOT EXISTS "${prefix}/share/doc/bitbucket/LICENSE")
  message(FATAL_ERROR "the licence is not installed")
endif()

set(project -S "${CMAKE_CURRENT_LIST_DIR}/find_package" "-DCMAKE_PREFIX_PATH=${prefix}")
if(NOT "testing" IN_LIST components)
  if(EXISTS "${prefix}/include/bitbucket/testing" OR EXISTS "${prefix}/bin")
    message(FATAL_ERROR "the client's component contains parts of the embedded server")
  endif()
  file(GLOB others "${prefix}/include/bitbucket/integration*" "${prefix}/include/bitbucket/tracking*")
  if(others)
    message(FATAL_ERROR "the client's component contains parts of the integration or of tracking: ${others}")
  endif()
  # A missing component may be optional, and CMake must not look for packages of the tests or the server.
  set(without -DOPTIONAL=testing)
  foreach(package IN ITEMS GTest httplib SOCI)
    list(APPEND without -DCMAKE_REQUIRE_FIND_PACKAGE_${package}=ON -DCMAKE_DISABLE_FIND_PACKAGE_${package}=ON)
  endforeach()
  # A shared client needs none of the libraries that it was built from.
  if(SHARED)
    foreach(package IN ITEMS CURL OpenSSL simdjson)
      list(APPEND without -DCMAKE_REQUIRE_FIND_PACKAGE_${package}=ON -DCMAKE_DISABLE_FIND_PACKAGE_${package}=ON)
    endforeach()
  endif()
endif()

run_quietly(${configure} ${project} -B "${WORK}/build" "-DCOMPONENTS=${COMPONENTS}" ${without})
run(${CMAKE_COMMAND} --build "${WORK}/build" --config "${CONFIG}")
run("${WORK}/build/consumer")

if("integration" IN_LIST components)
  run("${WORK}/build/consumer_integration")
endif()
if("tracking" IN_LIST components)
  run("${WORK}/build/consumer_tracking")
endif()
if("testing" IN_LIST components)
  run("${WORK}/build/consumer_test")
  run_quietly("${prefix}/bin/bitbucket-git-server" --help)
  if(NOT SHARED)
    must_fail("no component testing: its static library needs cpp-httplib"
      ${CMAKE_COMMAND} -E env PKG_CONFIG_LIBDIR=${WORK}
      ${configure} ${project} -B "${WORK}/missing" -DCOMPONENTS=server,testing)
  endif()
else()
  must_fail("no component testing: it is not installed"
            ${configure} ${project} -B "${WORK}/missing" -DCOMPONENTS=server,testing)
  must_fail("no component nonsense: there are only server, integration, tracking and testing"
            ${configure} ${project} -B "${WORK}/missing" -DCOMPONENTS=nonsense)
  # While the major version is 0, a different minor version is a different library.
  must_fail("compatible with requested version \"0.2\""
            ${configure} ${project} -B "${WORK}/missing" -DCOMPONENTS=server -DVERSION=0.2)
  must_fail("compatible with requested version \"1.0\""
            ${configure} ${project} -B "${WORK}/missing" -DCOMPONENTS=server -DVERSION=1.0)
endif()
