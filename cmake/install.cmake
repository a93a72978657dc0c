# The install tree has components: the client's runtime, the client's development files, the
# integration, tracking, and the embedded server.  Each has its own headers and exported targets, so that a
# package of the client needs nothing of the embedded server.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# A fetched dependency is not installed on the machine of a user who installs this library.
set(bitbucket_fetched "")
foreach(dependency IN ITEMS nlohmann_json::nlohmann_json simdjson::simdjson ${BITBUCKET_HTTPLIB})
  get_target_property(imported ${dependency} IMPORTED)
  if(NOT imported)
    list(APPEND bitbucket_fetched ${dependency})
  endif()
endforeach()
if(bitbucket_fetched)
  message(STATUS "No install target: ${bitbucket_fetched} was fetched by this build; install it and configure again")
  return()
endif()

set(bitbucket_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/bitbucket)

# Installed programs and libraries find the libraries that are installed beside them.  This needs no
# RPATH in folders where the system looks anyway.
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  set(bitbucket_lib_rpath "")
  set(bitbucket_bin_rpath "")
else()
  file(RELATIVE_PATH bitbucket_bin_to_lib
       "${CMAKE_INSTALL_FULL_BINDIR}" "${CMAKE_INSTALL_FULL_LIBDIR}")
  set(bitbucket_lib_rpath "$ORIGIN")
  set(bitbucket_bin_rpath "$ORIGIN/${bitbucket_bin_to_lib}")
endif()

# bitbucket_install(COMPONENT RUNTIME_COMPONENT RPATH TARGETS...): files that a program
# needs to run go to the second component, all others to the first.
function(bitbucket_install component runtime rpath)
  set_target_properties(${ARGN} PROPERTIES INSTALL_RPATH "${rpath}")
  install(TARGETS ${ARGN} EXPORT bitbucket-${component}-targets
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT bitbucket_${component}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT bitbucket_${runtime}
            NAMELINK_COMPONENT bitbucket_${component}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT bitbucket_${component}
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
endfunction()

function(bitbucket_install_targets_file component)
  install(EXPORT bitbucket-${component}-targets NAMESPACE bitbucket::
    DESTINATION ${bitbucket_package_dir} COMPONENT bitbucket_${component})
endfunction()

# The paths in a .pc file are relative to the file itself, so that the tree can be moved.
file(RELATIVE_PATH BITBUCKET_PC_TO_PREFIX
     "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
string(REGEX REPLACE "/$" "" BITBUCKET_PC_TO_PREFIX "${BITBUCKET_PC_TO_PREFIX}")
function(bitbucket_install_pc component)
  configure_file("${PROJECT_SOURCE_DIR}/cmake/bitbucket-${component}.pc.in"
                 "${PROJECT_BINARY_DIR}/bitbucket-${component}.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/bitbucket-${component}.pc"
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT bitbucket_${component})
endfunction()

# A shared library links its own dependencies; a program that links a static one must do so itself.
# (They are not in Requires.private, because `pkg-config --static` would require everything below
# libcurl, which few machines have.)
get_target_property(bitbucket_type bitbucket_server TYPE)
if(bitbucket_type STREQUAL "STATIC_LIBRARY")
  set(BITBUCKET_IS_STATIC ON)
  set(BITBUCKET_SERVER_REQUIRES ", libcurl >= 7.68, libcrypto >= 3.0, simdjson >= 3.0")
  set(BITBUCKET_INTEGRATION_REQUIRES ", libcrypto >= 3.0")
  set(BITBUCKET_TRACKING_REQUIRES ", libcrypto >= 3.0, sqlite3 >= 3.39, libpq >= 14")
  set(BITBUCKET_TRACKING_LIBS " -lsoci_sqlite3 -lsoci_postgresql -lsoci_core")  # SOCI has no .pc file
  set(BITBUCKET_TESTING_REQUIRES ", cpp-httplib = ${BITBUCKET_HTTPLIB_VERSION}, libssl >= 3.0, libcrypto >= 3.0")
else()
  set(BITBUCKET_IS_STATIC OFF)
  set(BITBUCKET_SERVER_REQUIRES "")
  set(BITBUCKET_INTEGRATION_REQUIRES "")
  set(BITBUCKET_TRACKING_REQUIRES "")
  set(BITBUCKET_TRACKING_LIBS "")
  set(BITBUCKET_TESTING_REQUIRES "")
endif()

bitbucket_install(server runtime "${bitbucket_lib_rpath}" bitbucket_server)
bitbucket_install_targets_file(server)
bitbucket_install_pc(server)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/bitbucket" DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT bitbucket_server FILES_MATCHING PATTERN "*.hpp" PATTERN "testing" EXCLUDE PATTERN "integration*" EXCLUDE
  PATTERN "tracking*" EXCLUDE)

if(BITBUCKET_BUILD_INTEGRATION)
  bitbucket_install(integration integration "${bitbucket_lib_rpath}" bitbucket_integration)
  bitbucket_install_targets_file(integration)
  bitbucket_install_pc(integration)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/bitbucket" DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    COMPONENT bitbucket_integration FILES_MATCHING PATTERN "integration.hpp" PATTERN "integration/*.hpp"
    PATTERN "api" EXCLUDE PATTERN "detail" EXCLUDE PATTERN "model" EXCLUDE PATTERN "testing" EXCLUDE
    PATTERN "tracking" EXCLUDE)
endif()

if(BITBUCKET_BUILD_TRACKING)
  bitbucket_install(tracking tracking "${bitbucket_lib_rpath}" bitbucket_tracking)
  bitbucket_install_targets_file(tracking)
  bitbucket_install_pc(tracking)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/bitbucket" DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    COMPONENT bitbucket_tracking FILES_MATCHING PATTERN "tracking.hpp" PATTERN "tracking/*.hpp"
    PATTERN "api" EXCLUDE PATTERN "detail" EXCLUDE PATTERN "model" EXCLUDE PATTERN "testing" EXCLUDE
    PATTERN "integration" EXCLUDE)
  if(BITBUCKET_IS_STATIC)
    install(FILES "${CMAKE_CURRENT_LIST_DIR}/FindSOCI.cmake" DESTINATION ${bitbucket_package_dir}
      COMPONENT bitbucket_tracking)
  endif()
endif()

if(BITBUCKET_BUILD_TESTING_LIBRARY)
  set_target_properties(bitbucket-git-server PROPERTIES EXPORT_NAME git-server)
  bitbucket_install(testing testing "${bitbucket_lib_rpath}" bitbucket_testing)
  bitbucket_install(testing testing "${bitbucket_bin_rpath}" bitbucket-git-server)
  bitbucket_install_targets_file(testing)
  bitbucket_install_pc(testing)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/bitbucket/testing"
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/bitbucket COMPONENT bitbucket_testing
    FILES_MATCHING PATTERN "*.hpp")
endif()

configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/bitbucketConfig.cmake.in" "${PROJECT_BINARY_DIR}/bitbucketConfig.cmake"
  INSTALL_DESTINATION ${bitbucket_package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/bitbucketConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/bitbucketConfig.cmake"
              "${PROJECT_BINARY_DIR}/bitbucketConfigVersion.cmake"
  DESTINATION ${bitbucket_package_dir} COMPONENT bitbucket_server)

if(BITBUCKET_DEB)
  include("${CMAKE_CURRENT_LIST_DIR}/packaging/deb.cmake")
else()
  install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/bitbucket
    COMPONENT bitbucket_server)
endif()
