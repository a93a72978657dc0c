#include <bitbucket/api_path.hpp>

using namespace bitbucket;
#ifdef FAIL
constexpr Get<RawJson> row{"rest/api/1.0/repos"};
#else
constexpr Get<RawJson> row{"/rest/api/1.0/repos"};
#endif
