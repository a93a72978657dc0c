#pragma once

#include <memory>
#include <string>
#include <utility>

#include <bitbucket/server.hpp>
#include <bitbucket/setup.hpp>

#include "testing/server_fixture.hpp"

namespace bitbucket::test {

/// Starts the embedded server over the sample repositories, with an application that may sign.
inline std::unique_ptr<testing::GitServer> signed_server(
    testing::GitServerOptions options = server_test::options()) {
  options.context_path = "/bitbucket";
  options.consumers.push_back(
      {.key = "release-bot", .public_key = server_test::key().public_pem()});
  return server_test::serve(std::move(options));
}

/// Returns options for a client of that server that signs every request.
inline ClientOptions signed_options(testing::GitServer& server, const std::string& user = "ann") {
  const auto access = server.issue_access_token("release-bot", user);
  return {.base_url = server.base_url(),
          .credentials = OAuth1Credentials{.consumer_key = "release-bot",
                                           .private_key = server_test::key().private_pem(),
                                           .access_token = access.token,
                                           .access_token_secret = access.token_secret}};
}

}  // namespace bitbucket::test
