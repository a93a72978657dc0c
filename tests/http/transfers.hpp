#pragma once

#include <chrono>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>

#include <bitbucket/connection.hpp>
#include <bitbucket/error.hpp>

#include "http/curl_transport.hpp"

// One request over a transport of its own, and its result.
namespace bitbucket::test {

/// Returns the deadline that is `time` from now.
inline Deadline in(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

/// Sends a request and waits for its answer.
inline Response send(Transport& transport, Request request, std::stop_token stop = {}) {
  return transport.start(std::move(request))->wait(in(std::chrono::seconds(10)), std::move(stop));
}

inline Response get(const std::string& url, const ConnectionOptions& options = {},
                    std::vector<Header> headers = {}) {
  const auto transport = http::make_curl_transport(options);
  return transport->start({.url = url, .headers = std::move(headers)})
      ->wait(in(std::chrono::seconds(20)), {});
}

/// Returns the TransportError that a request ends with.
inline TransportError failure_of(Transport& transport, Request request,
                                 std::chrono::milliseconds time = std::chrono::seconds(10)) {
  try {
    transport.start(std::move(request))->wait(in(time), {});
  } catch (const TransportError& error) {
    return error;
  }
  throw std::logic_error("no TransportError was thrown");
}
inline TransportError failure_of(const std::string& url, const ConnectionOptions& options = {}) {
  return failure_of(*http::make_curl_transport(options), {.url = url}, std::chrono::seconds(20));
}

}  // namespace bitbucket::test
