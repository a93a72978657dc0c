#include <bitbucket/send.hpp>
#include <bitbucket/tags.hpp>

#include "api/paths.hpp"

namespace bitbucket::inline v0_1 {

Paged<Tag> Tags::list(const RepoRef& repo, const TagFilter& filter) const {
  return detail::send(context_, api::tags, repo, filter);
}

}  // namespace bitbucket::inline v0_1
