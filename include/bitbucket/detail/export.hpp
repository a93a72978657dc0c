#pragma once

#if __cplusplus < 202002L && !defined(_MSC_VER)
#error "bitbucket needs C++20: compile with -std=c++20 or newer"
#endif
#if defined(__GNUC__) && (!defined(__EXCEPTIONS) || !defined(__GXX_RTTI))
#error "bitbucket needs exceptions and RTTI: drop -fno-exceptions and -fno-rtti"
#endif

/// Marks the names that a shared build of the library exports; all other names are hidden.
#if defined(_WIN32)
#define BITBUCKET_EXPORT
#else
#define BITBUCKET_EXPORT __attribute__((visibility("default")))
#endif
