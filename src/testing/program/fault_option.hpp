#pragma once

#include <string>

#include <bitbucket/testing/fault.hpp>

// Faults as words of a command line.
namespace bitbucket::inline v0_1::testing::program {

/// Reads 'GET /rest/api/1.0/repos too-many-requests=2 x3'.  Throws std::invalid_argument that says
/// what is wrong and which faults there are.
FaultRule parse_fault(const std::string& text);

/// Returns a line for each fault with what its value means.
std::string known_faults();

}  // namespace bitbucket::inline v0_1::testing::program
