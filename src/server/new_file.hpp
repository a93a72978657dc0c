#pragma once

#include <filesystem>
#include <string_view>

namespace bitbucket::inline v0_1::detail {

/// A file that gets its name when it is complete.  Until then its bytes are in a file of another
/// name in the same folder, which the destructor removes.
class NewFile {
 public:
  /// Throws InvalidArgument when a file of that name cannot be created.
  explicit NewFile(std::filesystem::path destination);
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  void write(std::string_view bytes);
  /// Gives the file its name and replaces an existing file of that name.
  void finish();

 private:
  std::filesystem::path destination_;
  std::filesystem::path part_;  // empty once it has its name
  int file_ = -1;
};

}  // namespace bitbucket::inline v0_1::detail
