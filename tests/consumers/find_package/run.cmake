# Installs a build into an empty prefix and uses it from there:
#   cmake -DBUILD=... -DWORK=... -DCOMPONENTS=server,testing -DFLAGS=... -P run.cmake
cmake_minimum_required(VERSION 3.22)
file(REMOVE_RECURSE "${WORK}")
string(REPLACE "," ";" components "${COMPONENTS}")
set(prefix "${WORK}/a prefix")

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

foreach(component IN LISTS components)
  run(${CMAKE_COMMAND} --install "${BUILD}" --config "${CONFIG}" --prefix "${prefix}"
      --component bitbucket_${component})
endforeach()
if(NOT "testing" IN_LIST components)
  if(EXISTS "${prefix}/include/bitbucket/testing" OR EXISTS "${prefix}/bin")
    message(FATAL_ERROR "the client's component holds parts of the embedded server")
  endif()
  # Any look for a package of the tests or the embedded server ends the configuration.
  set(without -DCMAKE_REQUIRE_FIND_PACKAGE_GTest=ON -DCMAKE_DISABLE_FIND_PACKAGE_GTest=ON
              -DCMAKE_REQUIRE_FIND_PACKAGE_httplib=ON -DCMAKE_DISABLE_FIND_PACKAGE_httplib=ON --no-warn-unused-cli)
endif()

run(${CMAKE_COMMAND} -S "${CMAKE_CURRENT_LIST_DIR}" -B "${WORK}/build" -G "${GENERATOR}"
    "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_BUILD_TYPE=${CONFIG}" "-DCMAKE_CXX_COMPILER=${COMPILER}"
    "-DCMAKE_CXX_FLAGS=${FLAGS}" "-DCOMPONENTS=${COMPONENTS}" ${without})
run(${CMAKE_COMMAND} --build "${WORK}/build" --config "${CONFIG}")
run("${WORK}/build/consumer")

if("testing" IN_LIST components)
  run("${WORK}/build/consumer_test")
  run("${prefix}/bin/bitbucket-git-server" --help)
else()
  # What was not installed is not found, and the message says which.
  execute_process(
    COMMAND ${CMAKE_COMMAND} -S "${CMAKE_CURRENT_LIST_DIR}" -B "${WORK}/missing" -G "${GENERATOR}"
            "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_CXX_COMPILER=${COMPILER}"
            -DCOMPONENTS=server,testing
    RESULT_VARIABLE status OUTPUT_QUIET ERROR_VARIABLE errors)
  if(status EQUAL 0 OR NOT errors MATCHES "testing")
    message(FATAL_ERROR "COMPONENTS testing was found although it is not installed:\n${errors}")
  endif()
endif()
