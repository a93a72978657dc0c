# Builds the examples as a project of their own, with an installed client:
#   cmake -DBUILD=... -DWORK=... -DCONFIG=... -DCOMPILER=... -DGENERATOR=... -DFLAGS=... -P standalone.cmake
cmake_minimum_required(VERSION 3.22)
file(REMOVE_RECURSE "${WORK}")

function(run)
  execute_process(COMMAND ${ARGV} OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endfunction()

run(${CMAKE_COMMAND} --install "${BUILD}" --config "${CONFIG}" --prefix "${WORK}/prefix"
    --component bitbucket_server)
run(${CMAKE_COMMAND} -S "${CMAKE_CURRENT_LIST_DIR}/../../examples" -B "${WORK}/build" -G "${GENERATOR}"
    "-DCMAKE_PREFIX_PATH=${WORK}/prefix" -DCMAKE_BUILD_TYPE=Debug "-DCMAKE_CXX_COMPILER=${COMPILER}"
    "-DCMAKE_CXX_FLAGS=${FLAGS} -g0")
run(${CMAKE_COMMAND} --build "${WORK}/build" --target list_repos)
execute_process(COMMAND "${WORK}/build/list_repos" --frob RESULT_VARIABLE status ERROR_VARIABLE errors)
if(NOT status EQUAL 2 OR NOT errors MATCHES "usage: list_repos")
  message(FATAL_ERROR "list_repos ended with ${status}: ${errors}")
endif()
