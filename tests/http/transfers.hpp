#pragma once

#include <chrono>
#include <stdexcept>
#include <string>

#include <bitbucket/connection.hpp>
#include <bitbucket/error.hpp>

#include "http/curl_transport.hpp"

// One request over a transport of its own, and its result.
namespace bitbucket::test {

inline Response get(const std::string& url, const ConnectionOptions& options = {},
                    std::vector<Header> headers = {}) {
  const auto transport = http::make_curl_transport(options);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  return transport->start({.url = url, .headers = std::move(headers)})->wait(deadline, {});
}

/// Returns the TransportError that it ends with.
inline TransportError failure_of(const std::string& url, const ConnectionOptions& options = {}) {
  try {
    get(url, options);
  } catch (const TransportError& error) {
    return error;
  }
  throw std::logic_error("no TransportError was thrown");
}

}  // namespace bitbucket::test
