#pragma once

#include <string>

#include <bitbucket/testing/fault.hpp>

#include "testing/net/socket_stream.hpp"

namespace bitbucket::embedded {

/// Sends a complete answer (head and body as the HTTP library wrote them) the wrong way.  Returns
/// whether the connection goes on.
bool deliver(SocketStream& stream, const testing::Fault& fault, const std::string& answer);

/// Whether a client sees a status line of such an answer.
bool shows_status(const testing::Fault& fault);

}  // namespace bitbucket::embedded
