# Functions for the scripts of this folder, which run the commands that a user would run.
set(configure ${CMAKE_COMMAND} -G "${GENERATOR}" "-DCMAKE_BUILD_TYPE=${CONFIG}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_FLAGS=${FLAGS}"
    "-DCMAKE_UNITY_BUILD=${UNITY}" --no-warn-unused-cli)
find_program(ccache ccache)
if(ccache)
  list(APPEND configure "-DCMAKE_CXX_COMPILER_LAUNCHER=${ccache}")
endif()

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# run_quietly(COMMAND...): runs a command and shows its output only when it fails.
function(run_quietly)
  execute_process(COMMAND ${ARGV} OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    list(JOIN ARGV " " command)
    message(FATAL_ERROR "${command}\nended with ${status}:\n${output}")
  endif()
endfunction()

# must_fail(MESSAGE COMMAND...): runs a command that must fail with output that matches MESSAGE.
function(must_fail message)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE status)
  string(REGEX REPLACE "[ \n]+" " " output "${output}")
  if(status EQUAL 0 OR NOT output MATCHES "${message}")
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\nended with ${status} and should have failed with «${message}»:\n${output}")
  endif()
endfunction()

# no_build_paths(FOLDER): checks that no file in FOLDER contains a path of the build.
function(no_build_paths folder)
  file(GLOB_RECURSE files "${folder}/*")
  foreach(path IN ITEMS "${BUILD}" "${SOURCE}/")
    string(REGEX REPLACE "([][+.*()^$?|\\\\])" "\\\\\\1" path "${path}")
    foreach(file IN LISTS files)
      file(STRINGS "${file}" found REGEX "${path}" LIMIT_COUNT 1)
      if(found)
        message(SEND_ERROR "${file} names the build: ${found}")
      endif()
    endforeach()
  endforeach()
endfunction()
