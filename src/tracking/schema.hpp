#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "tracking/session.hpp"

namespace bitbucket::inline v0_1::tracking {

/// The statements that bring the schema to the next version.  {id} is a number that grows with each
/// row, {bytes} is binary data, and {sqlite:TEXT} and {postgresql:TEXT} stand for their text with
/// this product and for nothing with the other one.
using Migration = std::vector<std::string_view>;

/// Returns the migrations of this library in order.
std::span<const Migration> migrations();

/// Brings the schema up to date, each migration in a transaction of its own; any number of
/// processes may do so at the same time.  Does not write when nothing is missing.  Throws
/// StoreError::Reason::newer when the schema is of a newer version, and damaged when it is not one
/// of this library.
void migrate(Session& session, std::span<const Migration> migrations);

/// Throws StoreError unless the schema is up to date.
void check_schema(Session& session, std::span<const Migration> migrations);

}  // namespace bitbucket::inline v0_1::tracking
