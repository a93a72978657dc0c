#include "server/new_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <random>
#include <string>
#include <system_error>
#include <utility>

#include <bitbucket/error.hpp>

namespace bitbucket::inline v0_1::detail {
namespace {

std::string cannot_write(const std::filesystem::path& path, int error) {
  return "cannot write " + path.string() + ": " + std::generic_category().message(error);
}

/// Returns the permissions of the existing file, if any; throws when a file cannot replace it.
std::optional<mode_t> permissions_of(const std::filesystem::path& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return std::nullopt;
    throw InvalidArgument(cannot_write(path, errno));
  }
  if (S_ISDIR(found.st_mode)) throw InvalidArgument(cannot_write(path, EISDIR));
  if (!S_ISREG(found.st_mode)) return std::nullopt;
  return found.st_mode & 0777;
}

}  // namespace

NewFile::NewFile(std::filesystem::path destination) : destination_(std::move(destination)) {
  const std::string& name = destination_.native();
  if (!destination_.has_filename() || name.find('\0') != std::string::npos)
    throw InvalidArgument("cannot write '" + name + "': this is not a file name");
  const std::optional<mode_t> replaced = permissions_of(destination_);
  std::random_device random;
  do {
    // Does not contain the file's own name, which may already be as long as a name can be.
    part_ = destination_.parent_path() /
            (".bitbucket-" + std::to_string(random()) + std::to_string(random()) + ".part");
    // O_EXCL does not follow a link that somebody else has put there.
    file_ = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, replaced ? 0600 : 0666);
  } while (file_ < 0 && (errno == EEXIST || errno == EINTR));
  if (file_ < 0) throw InvalidArgument(cannot_write(destination_, errno));
  if (replaced) (void)::fchmod(file_, *replaced);  // stays 0600 where that does not work
}

NewFile::~NewFile() {
  if (file_ >= 0) ::close(file_);
  if (!part_.empty()) ::unlink(part_.c_str());
}

void NewFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_, bytes.data(), bytes.size());
    if (written >= 0)
      bytes.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR)
      throw Error(cannot_write(destination_, errno));
  }
}

void NewFile::finish() {
  // Some file systems report a full disk only here.
  if (::close(std::exchange(file_, -1)) != 0 && errno != EINTR)
    throw Error(cannot_write(destination_, errno));
  if (::rename(part_.c_str(), destination_.c_str()) != 0)
    throw Error(cannot_write(destination_, errno));
  part_.clear();
}

}  // namespace bitbucket::inline v0_1::detail
