#pragma once

// The only header that includes SOCI and the C libraries below it.
#include <soci/soci-config.h>
// SOCI can exchange Boost's types.  This project does not use them, and does not need Boost's
// headers.
#undef SOCI_HAVE_BOOST
#undef SOCI_HAVE_BOOST_DATE_TIME

#include <libpq-fe.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
