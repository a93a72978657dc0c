# Settings only for builds of this project itself; they do not change the flags of a parent project.
add_library(bitbucket_development INTERFACE)
if(PROJECT_IS_TOP_LEVEL)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release)
  endif()
  target_compile_options(bitbucket_development INTERFACE -Wall -Wextra -Wpedantic -Wshadow
                         -Wnon-virtual-dtor -Woverloaded-virtual)
  if(BITBUCKET_SANITIZE)
    target_compile_options(bitbucket_development INTERFACE -fsanitize=${BITBUCKET_SANITIZE}
                           -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(bitbucket_development INTERFACE -fsanitize=${BITBUCKET_SANITIZE})
    if(BITBUCKET_SANITIZE MATCHES "undefined")
      # This check needs the type information of every class, and SOCI's libraries hide theirs.
      target_compile_options(bitbucket_development INTERFACE
                             $<$<BOOL:$<TARGET_PROPERTY:BITBUCKET_USES_SOCI>>:-fno-sanitize=vptr>)
    endif()
  endif()
endif()

# Without a build type, nothing would be optimised.  In the build of another project, only our own
# libraries are optimised, unless that project chooses an optimisation; its settings do not change.
set(bitbucket_optimisation "")
if(NOT PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  get_directory_property(bitbucket_inherited COMPILE_OPTIONS)
  if(NOT " ${CMAKE_CXX_FLAGS};${bitbucket_inherited}" MATCHES "[ ;:,]-O")
    set(bitbucket_optimisation -O2)
    message(STATUS "bitbucket: CMAKE_BUILD_TYPE is not set; only the library is compiled with -O2")
  endif()
endif()

# Settings that all libraries of this project share.
function(bitbucket_library target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target}
    PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>"
    PRIVATE "${PROJECT_SOURCE_DIR}/src")
  set_target_properties(${target} PROPERTIES
    CXX_EXTENSIONS OFF CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON
    DEFINE_SYMBOL ""  # so that a compiler cache shares the objects of static and shared libraries
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:bitbucket_development>)
  target_compile_options(${target} PRIVATE ${bitbucket_optimisation})
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "SHARED_LIBRARY" AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
    set(exports "${PROJECT_SOURCE_DIR}/cmake/exports.map")
    target_link_options(${target} PRIVATE "LINKER:--version-script=${exports}")
    set_target_properties(${target} PROPERTIES LINK_DEPENDS "${exports}")
  endif()
endfunction()
