#pragma once

#include <string>

#include <bitbucket/testing/fault.hpp>

#include "testing/faults/raw_connection.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

/// Sends a complete answer (head and body as the HTTP library wrote them) the wrong way.  Returns
/// whether the connection goes on.
bool deliver(RawConnection& connection, const Fault& fault, const std::string& answer);

/// Whether a client sees a status line of such an answer.
bool shows_status(const Fault& fault);

}  // namespace bitbucket::inline v0_1::testing::embedded
