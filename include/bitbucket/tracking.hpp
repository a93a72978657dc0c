#pragma once

// Everything of the target bitbucket::tracking.
#include <bitbucket/tracking/issue_references.hpp>
