#include <bitbucket/integration/commit_source.hpp>

namespace bitbucket::inline v0_1 {

CommitSource::~CommitSource() = default;

}  // namespace bitbucket::inline v0_1
