#pragma once

#include "tracking/session.hpp"

namespace bitbucket::inline v0_1::tracking {

/// The version of the schema that this library works with.
int schema_version() noexcept;

/// Brings the schema up to date, each migration in a transaction of its own.  Throws
/// StoreError::Reason::newer when the schema is of a newer version.
void migrate(Session& session);

}  // namespace bitbucket::inline v0_1::tracking
