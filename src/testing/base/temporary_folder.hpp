#pragma once

#include <filesystem>

namespace bitbucket::inline v0_1::testing::embedded {

/// A folder in the temporary directory that is removed at the end.  If the process is killed, the
/// next one that makes such a folder removes what is left of this one.
class TemporaryFolder {
 public:
  /// Throws std::runtime_error when the folder cannot be made.
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  bool make(const std::filesystem::path& parent);

  std::filesystem::path path_;
  int lock_ = -1;
};

}  // namespace bitbucket::inline v0_1::testing::embedded
