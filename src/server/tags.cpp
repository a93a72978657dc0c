#include <bitbucket/tags.hpp>

#include <bitbucket/api/tags.hpp>
#include <bitbucket/detail/send.hpp>

namespace bitbucket::inline v0_1 {

Paged<Tag> Tags::list(const RepoRef& repo, const TagFilter& filter) const {
  return detail::send(context_, api::tags::list(repo, filter));
}

}  // namespace bitbucket::inline v0_1
