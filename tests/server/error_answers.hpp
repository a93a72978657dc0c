#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include <bitbucket/error.hpp>
#include <bitbucket/server.hpp>

#include "server/fake_client.hpp"
#include "support/demo.hpp"

// Answers that are errors, and what the client makes of them.
namespace bitbucket::test {

/// Returns the error that `repos.get` throws for an answer.
inline ApiError error_of(Response response) {
  ClientOptions options = fake_options(FakeTransport::in_turn({std::move(response)}));
  options.connection.retry.max_attempts = 1;
  BitbucketServer client(options);
  try {
    client.repos.get(demo);
  } catch (const ApiError& error) {
    return error;
  }
  throw std::logic_error("no ApiError was thrown");
}

/// Returns an error body whose only entry names this exception.
inline std::string entry(const std::string& exception) {
  return R"({"errors":[{"message":"m","exceptionName":"com.atlassian.bitbucket.)" + exception +
         "\"}]}";
}

}  // namespace bitbucket::test
