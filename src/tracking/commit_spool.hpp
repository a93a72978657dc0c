#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include <bitbucket/tracking/commit_store.hpp>

namespace bitbucket::inline v0_1::tracking {

/// Keeps what a release says of its commits in a temporary file, so that memory does not grow with
/// the release: the id of the repository, the id, author, time and issues of each commit.
class CommitSpool {
 public:
  /// Throws StoreError when there is no room for temporary files.
  CommitSpool();
  void add(const CommitInput& commit);
  /// Returns the place of the next commit.
  [[nodiscard]] long place() const noexcept { return end_; }
  /// Forgets the commits from this place on.
  void cut(long place);
  /// Returns the commits.  The spool must exist until the last one is read.
  [[nodiscard]] CommitInputs commits();

 private:
  struct Close {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };
  void write(const void* bytes, std::size_t size);
  void write(const std::string& text);
  void write(const std::optional<std::string>& text);
  void read(void* bytes, std::size_t size);
  void read(std::string& text);
  void read(std::optional<std::string>& text);

  std::unique_ptr<std::FILE, Close> file_;
  long end_ = 0, next_ = 0;
};

}  // namespace bitbucket::inline v0_1::tracking
