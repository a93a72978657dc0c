# Configures another project without a build type: the library is optimised, the project is not, and
# an optimisation that the project chooses stays.
cmake_minimum_required(VERSION 3.22)
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")
file(REMOVE_RECURSE "${WORK}")

# expect(NAME LIBRARY CONSUMER FLAG...): checks the -O options that the compiler gets.
function(expect name library consumer)
  run_quietly(${configure} -S "${CMAKE_CURRENT_LIST_DIR}/vendored" -B "${WORK}/${name}"
    -DHOW=FetchContent "-DLIBRARY=${SOURCE}" -DCMAKE_BUILD_TYPE= -DCMAKE_CXX_FLAGS= -DCMAKE_UNITY_BUILD=OFF
    -DCMAKE_EXPORT_COMPILE_COMMANDS=ON -DFETCHCONTENT_FULLY_DISCONNECTED=ON ${ARGN})
  file(READ "${WORK}/${name}/compile_commands.json" commands)
  set(expected_src/server/repos.cpp "${library}")
  set(expected_consumers/client.cpp "${consumer}")
  foreach(source IN ITEMS src/server/repos.cpp consumers/client.cpp)
    string(REGEX MATCH "\"command\": \"([^\n]*)/${source}\"" matched "${commands}")
    string(REGEX MATCHALL " -O[^ ]*" found "${CMAKE_MATCH_1}")
    if(NOT matched OR NOT found STREQUAL expected_${source})
      message(SEND_ERROR "${name}: ${source} is compiled with «${found}», not «${expected_${source}}»: ${matched}")
    endif()
  endforeach()
endfunction()

expect(nothing " -O2" "")
expect(flags " -O1" " -O1" -DCMAKE_CXX_FLAGS=-O1)
expect(debug "" "" -DCMAKE_BUILD_TYPE=Debug)
