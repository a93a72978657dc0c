#include <bitbucket/tracking/issue_references.hpp>
