// A user's own test, which runs the client against the embedded server.
#include <bitbucket/server.hpp>
#include <bitbucket/testing/git_server.hpp>

#include <iostream>

int main() {
  const bitbucket::testing::GitServer server;
  const bitbucket::BitbucketServer client{{
      .base_url = server.base_url(),
      .credentials = bitbucket::BasicCredentials{"admin", "admin"},
  }};
  const std::string name = client.server.who_am_i();
  std::cout << name << '\n';
  return name == "admin" ? 0 : 1;
}
