#include <bitbucket/server.hpp>

using namespace bitbucket;

constexpr Get<RawJson, RepoRef, CommentId> row{"/rest/x/{project}/{repo}/comments/{comment}"};

void use(const BitbucketServer& client) {
  (void)client.hooks.get("PRJ/demo", 3);  // one call cannot take two of them
#ifdef FAIL
  (void)client.call(row, "PRJ/demo", 1);
#else
  (void)client.call(row, "PRJ/demo", CommentId{1});
#endif
}
