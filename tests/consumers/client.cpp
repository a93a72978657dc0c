// Uses the client without a server: a transport of its own answers.
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
  } catch (const bitbucket::InvalidArgument&) {  // is recognised across the library's border
    return repo.full_name() == "PRJ/demo" && repo.id == 7 ? 0 : 1;
  }
  return 1;
}
