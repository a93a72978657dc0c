#include <bitbucket/api_path.hpp>

using namespace bitbucket;

#ifdef FAIL
constexpr Get<RawJson, CommentId, PullRequestId> row{"/rest/x/{pullRequest}/comments/{comment}"};
#else
constexpr Get<RawJson, PullRequestId, CommentId> row{"/rest/x/{pullRequest}/comments/{comment}"};
#endif
