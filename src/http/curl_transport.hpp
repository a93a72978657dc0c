#pragma once

#include <memory>

#include <bitbucket/connection.hpp>

namespace bitbucket::inline v0_1::http {

/// The default transport: libcurl with pooled connections.
std::shared_ptr<Transport> make_curl_transport(const ConnectionOptions& options);

}  // namespace bitbucket::inline v0_1::http
