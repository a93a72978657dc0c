# Builds the Debian packages, unpacks them, and uses their contents.
cmake_minimum_required(VERSION 3.22)
include("${CMAKE_CURRENT_LIST_DIR}/../consumers/steps.cmake")
file(REMOVE_RECURSE "${WORK}")
set(build "${WORK}/build")
run_quietly(${configure} -S "${SOURCE}" -B "${build}" -DCMAKE_INSTALL_PREFIX=/usr -DBUILD_SHARED_LIBS=ON
  -DBITBUCKET_DEB=ON -DBITBUCKET_BUILD_TESTING_LIBRARY=ON)
run_quietly(${CMAKE_COMMAND} --build "${build}" --config "${CONFIG}" --parallel 2)
run_quietly(${CMAKE_COMMAND} --build "${build}" --config "${CONFIG}" --target package)

# package(NAME FIELD_REGEX...): unpacks a package whose control fields match.
function(package name)
  file(GLOB deb "${build}/${name}_${VERSION}-1_*.deb")
  if(NOT EXISTS "${deb}")
    message(FATAL_ERROR "there is no package ${name}: ${deb}")
  endif()
  execute_process(COMMAND dpkg-deb --info "${deb}" OUTPUT_VARIABLE info COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND dpkg-deb --contents "${deb}" OUTPUT_VARIABLE contents COMMAND_ERROR_IS_FATAL ANY)
  foreach(field IN ITEMS "Package: ${name}\n" "Version: ${VERSION}-1\n" "Architecture: [a-z0-9]+\n"
                         "Maintainer: .+ <.+@.+>\n" "Priority: optional\n" ${ARGN})
    if(NOT info MATCHES "${field}")
      message(SEND_ERROR "${name} has no field «${field}»:\n${info}")
    endif()
  endforeach()
  # All files belong to root, and nobody else can write them.
  if(NOT contents MATCHES "share/doc/${name}/copyright" OR contents MATCHES "(^|\n)[d-](....|.......)w" OR
     contents MATCHES "(^|\n)[^\n]+ (\\./)?usr/(local|lib/cmake)|(^|\n)[drwxl-]+ [^r]")
    message(SEND_ERROR "the contents of ${name} are wrong:\n${contents}")
  endif()
  run_quietly(dpkg-deb -x "${deb}" "${WORK}/root")
  string(REGEX MATCHALL "[^\n]+" contents "${contents}")
  set(contents "${contents}" PARENT_SCOPE)
endfunction()

# holds(NAME REGEX...): checks that the package unpacked last has such files.
function(holds)
  foreach(regex IN LISTS ARGN)
    if(NOT contents MATCHES "${regex}")
      message(SEND_ERROR "there is no «${regex}» in\n${contents}")
    endif()
  endforeach()
endfunction()

string(REGEX REPLACE "^([0-9]+\\.[0-9]+).*" "\\1" minor "${VERSION}")
package(libbitbucket${minor} "Section: libs\n" "Depends: [^\n]*libc6 [^\n]*libcurl4 [^\n]*libsimdjson[0-9]+[^\n]*libssl3"
        "libstdc\\+\\+6 " " triggers ")
holds("/libbitbucket\\.so\\.${minor}")
if(contents MATCHES "include/|\\.cmake|bin/")
  message(SEND_ERROR "the runtime package contains files that only a developer needs")
endif()
package(libbitbucket-dev "Section: libdevel\n" "libbitbucket${minor} \\(= ${VERSION}-1\\)"
        libcurl4-openssl-dev libssl-dev libsimdjson-dev nlohmann-json3-dev)
holds("/bitbucket/server\\.hpp" "/pkgconfig/bitbucket-server\\.pc" "/libbitbucket\\.so "
      "/bitbucketConfig\\.cmake" "/bitbucket-server-targets\\.cmake")
if(contents MATCHES "testing")
  message(SEND_ERROR "the client's package contains parts of the embedded server")
endif()
package(libbitbucket-testing-dev "libbitbucket-dev \\(= ${VERSION}-1\\)" "libcpp-httplib[0-9.]+" " git[\n,]")
holds("/bin/bitbucket-git-server" "/libbitbucket_testing\\.so" "/testing/git_server\\.hpp")

set(BUILD "${build}")
no_build_paths("${WORK}/root")

# All symbols are in the namespace of this version, so that two versions can be in one process.
file(GLOB_RECURSE libraries "${WORK}/root/usr/lib/libbitbucket*.so.${VERSION}")
list(LENGTH libraries count)
if(NOT count EQUAL 2)
  message(FATAL_ERROR "two libraries are expected: ${libraries}")
endif()
string(REPLACE "." "_" inline v${minor})
foreach(library IN LISTS libraries)
  execute_process(COMMAND nm -DC --defined-only "${library}" OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE ";" "," symbols "${symbols}")
  string(REGEX MATCHALL "[^\n]+" symbols "${symbols}")
  list(LENGTH symbols count)
  list(FILTER symbols EXCLUDE REGEX
       "^[0-9a-f]+ [A-Za-z] ((typeinfo|typeinfo name|vtable|guard variable) for )?([^( ]+ )?bitbucket::${inline}::")
  if(symbols OR count LESS 10)
    list(JOIN symbols "\n" symbols)
    message(SEND_ERROR "${library} exports ${count} symbols, including foreign ones:\n${symbols}")
  endif()
  execute_process(COMMAND readelf -d "${library}" OUTPUT_VARIABLE dynamic COMMAND_ERROR_IS_FATAL ANY)
  if(NOT dynamic MATCHES "SONAME[^\n]*\\.so\\.${minor}\\]" OR dynamic MATCHES "RPATH|RUNPATH")
    message(SEND_ERROR "${library} should have the version ${minor} and no path:\n${dynamic}")
  endif()
endforeach()

# A project that uses the packages
set(usr "${WORK}/root/usr")
list(GET libraries 0 library)
cmake_path(GET library PARENT_PATH folder)
run_quietly(${configure} -S "${CMAKE_CURRENT_LIST_DIR}/../consumers/find_package" -B "${WORK}/consumer"
            "-DCMAKE_PREFIX_PATH=${usr}" -DCOMPONENTS=server,testing)
run_quietly(${CMAKE_COMMAND} --build "${WORK}/consumer" --config "${CONFIG}")
set(ENV{LD_LIBRARY_PATH} "${folder}")
run("${WORK}/consumer/consumer")
run("${WORK}/consumer/consumer_test")
run_quietly("${usr}/bin/bitbucket-git-server" --help)
