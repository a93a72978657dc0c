# Builds the library as a part of another project, where CMake can find only the dependencies of
# the library: cmake -DHOW=add_subdirectory|FetchContent ... -P vendored.cmake
cmake_minimum_required(VERSION 3.22)
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")
file(REMOVE_RECURSE "${WORK}")

# pkg-config and CMake find no GoogleTest, liboauth or cpp-httplib; nothing may be downloaded.
set(without -DFETCHCONTENT_FULLY_DISCONNECTED=ON)
foreach(package IN ITEMS GTest benchmark httplib Python3)
  list(APPEND without -DCMAKE_REQUIRE_FIND_PACKAGE_${package}=ON -DCMAKE_DISABLE_FIND_PACKAGE_${package}=ON)
endforeach()
execute_process(COMMAND pkg-config --variable pcfiledir libcurl openssl libcrypto libssl
  OUTPUT_VARIABLE folders OUTPUT_STRIP_TRAILING_WHITESPACE)
string(REGEX REPLACE "[ \n]+" ";" folders "${folders}")
file(MAKE_DIRECTORY "${WORK}/pkgconfig")
foreach(folder IN LISTS folders)
  file(GLOB files "${folder}/libcurl.pc" "${folder}/openssl.pc" "${folder}/libcrypto.pc" "${folder}/libssl.pc")
  file(COPY ${files} DESTINATION "${WORK}/pkgconfig")
endforeach()

set(shared OFF)
if(SHARED)
  set(shared ON)
endif()
run_quietly(${CMAKE_COMMAND} -E env "PKG_CONFIG_LIBDIR=${WORK}/pkgconfig" PKG_CONFIG_PATH=
  ${configure} -S "${CMAKE_CURRENT_LIST_DIR}/vendored" -B "${WORK}/build" "-DHOW=${HOW}"
  "-DLIBRARY=${SOURCE}" -DBUILD_SHARED_LIBS=${shared} ${without})
run_quietly(${CMAKE_COMMAND} --build "${WORK}/build" --config "${CONFIG}" --parallel 2)
execute_process(COMMAND ${CMAKE_CTEST_COMMAND} -C "${CONFIG}" WORKING_DIRECTORY "${WORK}/build"
  OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
if(NOT output MATCHES "100% tests passed, 0 tests failed out of 1")
  message(FATAL_ERROR "the parent's tests are no longer its own:\n${output}")
endif()
