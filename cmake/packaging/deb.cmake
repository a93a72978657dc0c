# Debian packages, made by `cmake --build --preset deb --target package`: the client's
# runtime, its development files, and the embedded server.
if(BITBUCKET_IS_STATIC OR NOT BITBUCKET_BUILD_TESTING_LIBRARY)
  message(FATAL_ERROR "BITBUCKET_DEB needs BUILD_SHARED_LIBS and BITBUCKET_BUILD_TESTING_LIBRARY")
endif()
set(BITBUCKET_DEB_MAINTAINER "The authors of bitbucket-cpp <root@localhost>" CACHE STRING
    "Maintainer of the Debian packages: Name <address>")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME bitbucket-cpp)
set(CPACK_PACKAGE_CONTACT "${BITBUCKET_DEB_MAINTAINER}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL bitbucket_runtime bitbucket_server bitbucket_testing)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
# The embedded server links our own libraries, which do not belong to an installed package yet.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS
    "${PROJECT_BINARY_DIR}/src" "${PROJECT_BINARY_DIR}/src/testing")
set(bitbucket_deb_version "${PROJECT_VERSION}-1")

# bitbucket_deb(COMPONENT PACKAGE SECTION DEPENDS SUMMARY DESCRIPTION)
macro(bitbucket_deb component package section depends summary description)
  string(TOUPPER "bitbucket_${component}" bitbucket_upper)
  set(CPACK_DEBIAN_${bitbucket_upper}_PACKAGE_NAME "${package}")
  set(CPACK_DEBIAN_${bitbucket_upper}_PACKAGE_SECTION "${section}")
  set(CPACK_DEBIAN_${bitbucket_upper}_PACKAGE_DEPENDS "${depends}")
  set(CPACK_DEBIAN_${bitbucket_upper}_DESCRIPTION "${summary}\n${description}")
  install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" RENAME copyright
    DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/${package} COMPONENT bitbucket_${component})
endmacro()

set(bitbucket_deb_runtime libbitbucket${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
bitbucket_deb(runtime ${bitbucket_deb_runtime} libs ""
  "C++ client library for Bitbucket Server (runtime)"
  "OAuth-signed, typed, paged and concurrent access to the REST API\nof Bitbucket Server and Data Center.")
foreach(component IN ITEMS RUNTIME TESTING)
  set(CPACK_DEBIAN_BITBUCKET_${component}_PACKAGE_SHLIBDEPS ON)
  set(CPACK_DEBIAN_BITBUCKET_${component}_PACKAGE_CONTROL_EXTRA "${CMAKE_CURRENT_LIST_DIR}/triggers")
endforeach()
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")

bitbucket_deb(server libbitbucket-dev libdevel
  "${bitbucket_deb_runtime} (= ${bitbucket_deb_version}), libcurl4-openssl-dev, libssl-dev, libsimdjson-dev, nlohmann-json3-dev"
  "C++ client library for Bitbucket Server (development)"
  "The headers, the CMake package bitbucket and the pkg-config module\nbitbucket-server.")
bitbucket_deb(testing libbitbucket-testing-dev libdevel
  "libbitbucket-dev (= ${bitbucket_deb_version}), ${bitbucket_deb_runtime} (= ${bitbucket_deb_version}), git"
  "Bitbucket Server's REST API over git repositories, for tests"
  "The library bitbucket::testing and the program bitbucket-git-server,\nwhich serve folders of ordinary git repositories.")

include(CPack)
