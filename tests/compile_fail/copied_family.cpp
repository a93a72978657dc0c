#include <bitbucket/server.hpp>

void use(const bitbucket::BitbucketServer& client) {
#ifdef FAIL
  auto repos = client.repos;
#else
  const auto& repos = client.repos;
#endif
  (void)repos;
}
