#pragma once

/// Marks what a shared build of the library shows; nothing else is visible.
#if defined(_WIN32)
#define BITBUCKET_EXPORT
#else
#define BITBUCKET_EXPORT __attribute__((visibility("default")))
#endif
