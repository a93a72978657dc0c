# Builds the API reference into DIRECTORY/html; a warning is an error:
#   cmake -DSOURCE=... -DVERSION=... -DDIRECTORY=... -P build.cmake
cmake_minimum_required(VERSION 3.22)
find_program(DOXYGEN doxygen)
if(NOT DOXYGEN)
  message(FATAL_ERROR "doxygen is not installed")
endif()
file(REMOVE_RECURSE "${DIRECTORY}")
configure_file("${CMAKE_CURRENT_LIST_DIR}/Doxyfile.in" "${DIRECTORY}/Doxyfile" @ONLY)
execute_process(COMMAND "${DOXYGEN}" "${DIRECTORY}/Doxyfile" COMMAND_ERROR_IS_FATAL ANY)
