#include <string>
#include <vector>

#include <bitbucket/error.hpp>
#include <bitbucket/model/page.hpp>

// The field lists come first: the Reader looks at them when it meets a type.
#include "model/change.hpp"
#include "model/commit.hpp"
#include "model/hook.hpp"
#include "model/ref.hpp"
#include "model/repo.hpp"
#include "model/server_info.hpp"

#include "json/codec.hpp"

namespace bitbucket::inline v0_1 {

BITBUCKET_READ(RawJson)
BITBUCKET_WRITE(RawJson)
BITBUCKET_READ(Page<RawJson>)
BITBUCKET_READ(std::vector<RawJson>)
BITBUCKET_READ(Page<std::string>)
BITBUCKET_READ(std::vector<std::string>)

BITBUCKET_READ_MANY(Repo)
BITBUCKET_READ_MANY(Project)
BITBUCKET_READ_MANY(User)
BITBUCKET_READ_MANY(Commit)
BITBUCKET_READ_MANY(Change)
BITBUCKET_READ_MANY(Hook)
BITBUCKET_READ_MANY(Branch)
BITBUCKET_READ_MANY(Tag)
BITBUCKET_READ(ApplicationProperties)
BITBUCKET_READ(HookTestResult)

BITBUCKET_WRITE(NewHook)

}  // namespace bitbucket::inline v0_1
