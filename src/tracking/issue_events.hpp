#pragma once

#include <chrono>
#include <cstddef>
#include <functional>

#include <bitbucket/tracking/issue_store.hpp>

#include "tracking/database.hpp"

namespace bitbucket::inline v0_1::tracking {

/// What IssueStore::take_events() does.
std::size_t take_issue_events(Database& database,
                              const std::function<void(const IssueEvent&)>& handle,
                              std::size_t limit, std::chrono::milliseconds lease);

}  // namespace bitbucket::inline v0_1::tracking
