#include <bitbucket/api_path.hpp>

using namespace bitbucket;
#ifdef FAIL
constexpr Get<RawJson, RepoRef> row{
    "/rest/api/1.0/projects/{project}/repos/{repo}/commits/{commit}"};
#else
constexpr Get<RawJson, RepoRef, CommitId> row{
    "/rest/api/1.0/projects/{project}/repos/{repo}/commits/{commit}"};
#endif
