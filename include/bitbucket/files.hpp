#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include <bitbucket/family.hpp>
#include <bitbucket/ids.hpp>
#include <bitbucket/transport.hpp>

namespace bitbucket::inline v0_1 {

/// How Files::download() gets a file.
struct DownloadOptions {
  std::string at = {};  ///< a branch, tag or commit; the default branch when empty
  /// Is told how many bytes have been written, after each piece.  What it throws ends the download
  /// and is rethrown.
  std::function<void(std::uint64_t bytes)> progress = {};
};

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
  /// The same from the default branch.
  void raw(const RepoRef& repo, const FilePath& path, const Sink& sink) const;
  /// Writes a file of any size to `destination` and returns how many bytes it has.
  /// GET /rest/api/1.0/projects/{project}/repos/{repo}/raw/{path}?at=
  ///
  /// The bytes go to a new file in the same folder, which takes the name `destination` when it is
  /// complete: after an error or a cancellation nothing is left of the download, and what was there
  /// before is as it was.  A file that is replaced passes its permissions on; a symbolic link is
  /// replaced, not followed.  Throws InvalidArgument, before anything is sent, when the folder
  /// cannot be written to.
  std::uint64_t download(const RepoRef& repo, const FilePath& path,
                         const std::filesystem::path& destination,
                         const DownloadOptions& options = {}) const;

 private:
  using Family::Family;
  friend class BitbucketServer;
};

}  // namespace bitbucket::inline v0_1
