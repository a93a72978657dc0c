# Installs a build, moves it, and uses it as a makefile does, with pkg-config.
cmake_minimum_required(VERSION 3.22)
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")
file(REMOVE_RECURSE "${WORK}")
foreach(component IN ITEMS runtime server integration tracking testing)
  run_quietly(${CMAKE_COMMAND} --install "${BUILD}" --config "${CONFIG}" --prefix "${WORK}/before"
              --component bitbucket_${component})
endforeach()
file(RENAME "${WORK}/before" "${WORK}/moved")
file(GLOB_RECURSE pc "${WORK}/moved/bitbucket-server.pc")
cmake_path(GET pc PARENT_PATH pkgconfig)
cmake_path(GET pkgconfig PARENT_PATH libraries)

# These are the same programs as in the CMake test.
foreach(module_and_source IN ITEMS bitbucket-server:client bitbucket-integration:with_integration
        bitbucket-tracking:with_tracking bitbucket-testing:with_server)
  string(REGEX MATCH "(.+):(.+)" matched ${module_and_source})
  run(sh -ec "
    export PKG_CONFIG_PATH='${pkgconfig}' LD_LIBRARY_PATH='${libraries}'
    ${COMPILER} -std=c++20 -o '${WORK}/${CMAKE_MATCH_2}' '${CMAKE_CURRENT_LIST_DIR}/${CMAKE_MATCH_2}.cpp' \
      ${FLAGS} $(pkg-config --cflags --libs ${CMAKE_MATCH_1})
    '${WORK}/${CMAKE_MATCH_2}'")
endforeach()
