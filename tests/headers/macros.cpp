// Macros of other people's headers.  The standard library comes first, because this does not test
// it.
#include <bits/stdc++.h>

#include <nlohmann/json_fwd.hpp>

// Windows.h and what it includes
#define min(a, b) (((a) < (b)) ? (a) : (b))
#define max(a, b) (((a) > (b)) ? (a) : (b))
#define interface struct
#define small char
#define near
#define far
#define IN
#define OUT
#define OPTIONAL
#define CONST const
#define VOID void
#define TRUE 1
#define FALSE 0
#define ERROR 0
#define NO_ERROR 0L
#define DELETE (0x00010000L)
#define IGNORE 0
#define STRICT 1
#define GetObject GetObjectA
#define GetMessage GetMessageA
#define SendMessage SendMessageA
#define Yield()
// X11
#define None 0L
#define Status int
#define Bool int
#define True 1
#define False 0
#define Success 0
#define Always 2
#define Never 0
#define KeyPress 2
// sys/sysmacros.h, and GCC without -std
#define major(dev) gnu_dev_major(dev)
#define minor(dev) gnu_dev_minor(dev)
#define makedev(a, b) gnu_dev_makedev(a, b)
#undef unix
#undef linux
#define unix 1
#define linux 1
// Others: Qt, AssertMacros.h, complex.h, logging
#define emit
#define signals public
#define slots
#define foreach for
#define check(x) ((void)(x))
#define verify(x) ((void)(x))
#define require(x) ((void)(x))
#define I _Complex_I
#define DEBUG 1
#define INFO 2
#define WARNING 3

#include "all_headers.hpp"
