# Builds the reference, with warnings as errors, and checks what a reader sees:
#   cmake -DSOURCE=... -DVERSION=... -DDIRECTORY=... -P reference.cmake
cmake_minimum_required(VERSION 3.22)
include("${SOURCE}/cmake/reference/build.cmake")

file(GLOB pages "${DIRECTORY}/html/*.html")
list(FILTER pages EXCLUDE REGEX "_source\\.html$")
foreach(page IN LISTS pages)
  file(READ "${page}" text)
  if(text MATCHES "<th[^>]*>[ \n]*</th>")
    message(SEND_ERROR "${page} has a table with an empty head")
  endif()
  if(text MATCHES "bitbucket::Family|1_1Family")
    message(SEND_ERROR "${page} shows internals of a family of operations")
  endif()
endforeach()

file(READ "${DIRECTORY}/html/index.html" index)
file(GLOB guides "${SOURCE}/docs/*.md")
foreach(guide IN LISTS guides)
  cmake_path(GET guide STEM name)
  string(REPLACE "-" "_" name "${name}")
  # README.md of the guides is this page itself, and users of the reference do not need the complaints.
  if(NOT name MATCHES "^(README|complaints)$" AND NOT index MATCHES "href=\"md_[a-zA-Z0-9_]*docs_${name}\\.html\"")
    message(SEND_ERROR "the first page of the reference has no link to ${guide}")
  endif()
endforeach()
