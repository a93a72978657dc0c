#include <bitbucket/server.hpp>

using namespace bitbucket;

constexpr Get<RawJson, PullRequestId, CommentId> row{"/rest/x/{pullRequest}/comments/{comment}"};

void use(const BitbucketServer& client) {
#ifdef FAIL
  (void)client.call(row, CommentId{1}, PullRequestId{2});
#else
  (void)client.call(row, PullRequestId{2}, CommentId{1});
#endif
}
