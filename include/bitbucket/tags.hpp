#pragma once

#include <bitbucket/family.hpp>
#include <bitbucket/ids.hpp>
#include <bitbucket/model/ref.hpp>
#include <bitbucket/paged.hpp>

namespace bitbucket::inline v0_1 {

/// Tags.
class BITBUCKET_EXPORT Tags : public Family {
 public:
  /// Lists the tags.  GET /rest/api/1.0/projects/{project}/repos/{repo}/tags
  [[nodiscard]] Paged<Tag> list(const RepoRef& repo, const TagFilter& filter = {}) const;

 private:
  using Family::Family;
  friend class BitbucketServer;
};

}  // namespace bitbucket::inline v0_1
