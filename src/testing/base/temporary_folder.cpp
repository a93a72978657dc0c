#include "testing/base/temporary_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <string>

// Each folder holds a file "lock" that its process keeps locked: the kernel gives the lock up when
// the process ends, however it ends.  A folder whose lock can be had is left over.
namespace bitbucket::inline v0_1::testing::embedded {
namespace {

namespace fs = std::filesystem;

constexpr const char* folder_prefix = "bitbucket-git-server-";
constexpr const char* lock_name = "lock";

bool is_own_folder(const fs::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
         status.st_uid == ::geteuid();
}

/// Removes the lock last, so that an interrupted removal is completed by a later one.
void remove_folder(const fs::path& folder) {
  std::error_code ignored;
  for (fs::directory_iterator entry(folder, ignored), end; entry != end; entry.increment(ignored)) {
    if (entry->path().filename() != lock_name) fs::remove_all(entry->path(), ignored);
  }
  fs::remove_all(folder, ignored);
}

/// Returns whether the lock is still in a folder, and not that of a folder removed meanwhile.
bool is_linked(int lock) {
  struct stat status {};
  return ::fstat(lock, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink > 0;
}

void sweep(const fs::path& folder) {
  if (!is_own_folder(folder)) return;
  const int lock =
      ::open((folder / lock_name).c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (lock < 0) return;
  if (::flock(lock, LOCK_EX | LOCK_NB) == 0 && is_linked(lock)) remove_folder(folder);
  ::close(lock);
}

void sweep_all(const fs::path& parent) {
  std::error_code ignored;
  for (fs::directory_iterator entry(parent, ignored), end; entry != end; entry.increment(ignored)) {
    if (entry->path().filename().string().starts_with(folder_prefix)) sweep(entry->path());
  }
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  const fs::path parent = fs::temp_directory_path();
  sweep_all(parent);
  while (!make(parent)) {
  }
}

TemporaryFolder::~TemporaryFolder() {
  remove_folder(path_);
  ::close(lock_);
}

/// Returns false when somebody swept the new folder before it was locked.
bool TemporaryFolder::make(const fs::path& parent) {
  std::string pattern = (parent / folder_prefix).string() + "XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw std::runtime_error("cannot make a temporary folder " + pattern);
  }
  path_ = pattern;
  lock_ = ::open((path_ / lock_name).c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (lock_ < 0) {
    remove_folder(path_);
    throw std::runtime_error("cannot write to the temporary folder " + pattern);
  }
  // Where the file system has no locks, nobody can sweep either.
  const bool swept = ::flock(lock_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  if (!swept && is_linked(lock_)) return true;
  ::close(lock_);
  return false;
}

}  // namespace bitbucket::inline v0_1::testing::embedded
