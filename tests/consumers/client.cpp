// Uses the client without a server: the program's own transport answers.
#include <bitbucket/server.hpp>

#include <iostream>
#include <memory>

namespace {

class OneRepository : public bitbucket::BlockingTransport {
 protected:
  bitbucket::Response send(const bitbucket::Request& request) override {
    std::cout << to_string(request.method) << ' ' << request.url << '\n';
    return {.status = 200,
            .headers = {{"Content-Type", "application/json"}},
            .body = R"({"slug": "demo", "id": 7, "project": {"key": "PRJ"}})"};
  }
};

}  // namespace

int main() {
  bitbucket::BitbucketServer client{{
      .base_url = "https://git.example.com/bitbucket",
      .credentials = bitbucket::BearerToken{"token"},
      .connection = {.transport = std::make_shared<OneRepository>()},
  }};
  const bitbucket::Repo repo = client.repos.get("PRJ/demo");
  std::cout << repo.full_name() << ' ' << repo.id << '\n';
  try {
    static_cast<void>(bitbucket::RepoRef("no slash"));
  } catch (const bitbucket::InvalidArgument&) {  // the exception is recognised across the boundary
                                                 // of the library
    return repo.full_name() == "PRJ/demo" && repo.id == 7 ? 0 : 1;
  }
  return 1;
}
