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

/// Options of Files::download().
struct DownloadOptions {
  std::string at = {};  ///< a branch, tag or commit; the default branch when empty
  /// Is called after each piece with the number of bytes written so far.  An exception from it ends
  /// the download and is rethrown.
  std::function<void(std::uint64_t bytes)> progress = {};
};

/// Contents of files.
class BITBUCKET_EXPORT Files : public Family {
 public:
  /// Returns the bytes of a file at a branch, tag or commit (the default branch when empty).
  /// GET /rest/api/1.0/projects/{project}/repos/{repo}/raw/{path}?at=
  [[nodiscard]] std::string raw(const RepoRef& repo, const FilePath& path,
                                std::string_view at = {}) const;
  /// Passes the bytes of a file of any size to `sink`, piece by piece.  When it throws half-way,
  /// the sink has received a part of the file.  An exception from the sink ends the transfer and is
  /// rethrown.  GET /rest/api/1.0/projects/{project}/repos/{repo}/raw/{path}?at=
  void raw(const RepoRef& repo, const FilePath& path, std::string_view at, const Sink& sink) const;
  /// Passes the bytes of a file on the default branch to `sink`, piece by piece.
  /// GET /rest/api/1.0/projects/{project}/repos/{repo}/raw/{path}
  void raw(const RepoRef& repo, const FilePath& path, const Sink& sink) const;
  /// Writes a file of any size to `destination` and returns its number of bytes.
  /// GET /rest/api/1.0/projects/{project}/repos/{repo}/raw/{path}?at=
  ///
  /// The bytes go to a new file in the same folder, which is renamed to `destination` once it is
  /// complete.  After an error or a cancellation nothing is left of the download, and an existing
  /// file is unchanged.  The new file gets the permissions of the file that it replaces; a symbolic
  /// link is replaced, not followed.  Throws InvalidArgument before anything is sent when the
  /// folder cannot be written to.
  std::uint64_t download(const RepoRef& repo, const FilePath& path,
                         const std::filesystem::path& destination,
                         const DownloadOptions& options = {}) const;

 private:
  using Family::Family;
  friend class BitbucketServer;
};

}  // namespace bitbucket::inline v0_1
