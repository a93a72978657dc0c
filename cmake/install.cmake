# The install tree: one component for the client, one for the embedded server, each with its headers
# and its exported targets, so that a package of the client needs nothing of the other.
include(CMakePackageConfigHelpers)

# A target that was fetched instead of found is not on the machine of who installs us.
set(bitbucket_fetched "")
foreach(dependency IN ITEMS nlohmann_json::nlohmann_json simdjson::simdjson ${BITBUCKET_HTTPLIB})
  get_target_property(imported ${dependency} IMPORTED)
  if(NOT imported)
    list(APPEND bitbucket_fetched ${dependency})
  endif()
endforeach()
if(bitbucket_fetched)
  message(STATUS "No install target: ${bitbucket_fetched} came with the build; install it and configure again")
  return()
endif()

set(bitbucket_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/bitbucket)

# Installed programs and libraries find the libraries installed beside them.
file(RELATIVE_PATH bitbucket_bin_to_lib
     "${CMAKE_INSTALL_FULL_BINDIR}" "${CMAKE_INSTALL_FULL_LIBDIR}")

function(bitbucket_install component rpath)
  set_target_properties(${ARGN} PROPERTIES INSTALL_RPATH "${rpath}")
  install(TARGETS ${ARGN} EXPORT bitbucket-${component}-targets
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT bitbucket_${component}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT bitbucket_${component}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT bitbucket_${component}
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
endfunction()

function(bitbucket_install_targets_file component)
  install(EXPORT bitbucket-${component}-targets NAMESPACE bitbucket::
    DESTINATION ${bitbucket_package_dir} COMPONENT bitbucket_${component})
endfunction()

bitbucket_install(server "$ORIGIN" bitbucket_server)
bitbucket_install_targets_file(server)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/bitbucket" DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT bitbucket_server FILES_MATCHING PATTERN "*.hpp" PATTERN "testing" EXCLUDE)

if(BITBUCKET_BUILD_TESTING_LIBRARY)
  set_target_properties(bitbucket-git-server PROPERTIES EXPORT_NAME git-server)
  bitbucket_install(testing "$ORIGIN" bitbucket_testing)
  bitbucket_install(testing "$ORIGIN/${bitbucket_bin_to_lib}" bitbucket-git-server)
  bitbucket_install_targets_file(testing)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/bitbucket/testing"
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/bitbucket COMPONENT bitbucket_testing
    FILES_MATCHING PATTERN "*.hpp")
endif()

# A shared library brings what it needs; a static one leaves it to who links it.
get_target_property(bitbucket_type bitbucket_server TYPE)
if(bitbucket_type STREQUAL "STATIC_LIBRARY")
  set(BITBUCKET_IS_STATIC ON)
else()
  set(BITBUCKET_IS_STATIC OFF)
endif()
configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/bitbucketConfig.cmake.in" "${PROJECT_BINARY_DIR}/bitbucketConfig.cmake"
  INSTALL_DESTINATION ${bitbucket_package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/bitbucketConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/bitbucketConfig.cmake"
              "${PROJECT_BINARY_DIR}/bitbucketConfigVersion.cmake"
  DESTINATION ${bitbucket_package_dir} COMPONENT bitbucket_server)
