#pragma once

#include <string>
#include <string_view>

#include <bitbucket/family.hpp>
#include <bitbucket/ids.hpp>
#include <bitbucket/transport.hpp>

namespace bitbucket::inline v0_1 {

/// Content of files.
class BITBUCKET_EXPORT Files : public Family {
 public:
  /// Returns the bytes of a file at a branch, tag or commit (the default branch when empty).
  /// GET /rest/api/1.0/projects/{project}/repos/{repo}/raw/{path}?at=
  [[nodiscard]] std::string raw(const RepoRef& repo, const FilePath& path,
                                std::string_view at = {}) const;
  /// The same GET, given to `sink` piece by piece without a limit of size.  A failure half-way
  /// throws; the sink has a part then.  What the sink throws ends the transfer and is rethrown.
  void raw(const RepoRef& repo, const FilePath& path, std::string_view at, const Sink& sink) const;

 private:
  using Family::Family;
  friend class BitbucketServer;
};

}  // namespace bitbucket::inline v0_1
