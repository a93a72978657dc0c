#pragma once

// Everything of the target bitbucket::tracking.
#include <bitbucket/tracking/inbox.hpp>
#include <bitbucket/tracking/issue_references.hpp>
#include <bitbucket/tracking/tracker.hpp>
#include <bitbucket/tracking/tracking_store.hpp>
