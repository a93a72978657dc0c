# Fails when a public header includes a header of a library that only the implementation uses.
execute_process(COMMAND "${COMPILER}" -std=c++20 -M -x c++ "-I${INCLUDE}" -idirafter "${JSON}" "${ALL}"
  OUTPUT_VARIABLE seen COMMAND_ERROR_IS_FATAL ANY)
string(REGEX REPLACE "[\\\n ]+" ";" seen "${seen}")
if(NOT seen MATCHES "bitbucket/server\\.hpp" OR NOT seen MATCHES "nlohmann/json_fwd\\.hpp")
  message(FATAL_ERROR "unexpected list of included headers:\n${seen}")
endif()
foreach(header IN LISTS seen)
  if(header MATCHES "/(curl|openssl|simdjson|soci|sqlite3|libpq|postgresql|httplib|gtest|gmock|oauth|brotli|zlib)[./-]"
     OR (header MATCHES "/nlohmann/" AND NOT header MATCHES "/nlohmann/(json_fwd|detail/abi_macros)\\.hpp$"))
    message(SEND_ERROR "a public header includes ${header}")
  endif()
endforeach()
