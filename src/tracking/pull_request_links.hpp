#pragma once

#include <bitbucket/tracking/issue_store.hpp>

#include "tracking/session.hpp"

namespace bitbucket::inline v0_1::tracking {

/// Throws InvalidArgument for a link that cannot be stored.
void check_pull_request(const PullRequestLink& link);

/// Stores the links of a pull request, in a transaction of its own.
void write_pull_request_links(Session& session, const PullRequestLink& link, long long now);

}  // namespace bitbucket::inline v0_1::tracking
