#include "support/repository_builder.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <system_error>

extern char** environ;

namespace bitbucket::test_support {
namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// A file in memory: as a child's standard input or output it can never block.
class MemoryFile {
 public:
  MemoryFile() : fd_(memfd_create("git", MFD_CLOEXEC)) {
    if (fd_ < 0) fail("memfd_create");
  }
  ~MemoryFile() { close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  int fd() const { return fd_; }

  void fill(std::string_view text) {
    while (!text.empty()) {
      const ssize_t n = write(fd_, text.data(), text.size());
      if (n < 0) fail("write");
      text.remove_prefix(static_cast<std::size_t>(n));
    }
    lseek(fd_, 0, SEEK_SET);
  }

  std::string text() const {
    const off_t size = lseek(fd_, 0, SEEK_END);
    std::string result(static_cast<std::size_t>(size), '\0');
    std::size_t at = 0;
    while (at < result.size()) {
      const ssize_t n = pread(fd_, result.data() + at, result.size() - at, static_cast<off_t>(at));
      if (n <= 0) fail("pread");
      at += static_cast<std::size_t>(n);
    }
    return result;
  }

 private:
  int fd_;
};

std::vector<std::string> environment(const std::vector<std::string>& more) {
  static std::atomic<std::int64_t> clock{1'500'000'000};
  const std::string date = std::to_string(clock.fetch_add(60)) + " +0000";
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!text.starts_with("GIT_") && !text.starts_with("LC_") && !text.starts_with("LANG"))
      result.emplace_back(text);
  }
  for (const char* fixed :
       {"LC_ALL=C", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
        "GIT_AUTHOR_NAME=Ada Lovelace", "GIT_AUTHOR_EMAIL=ada@example.com",
        "GIT_COMMITTER_NAME=Charles Babbage", "GIT_COMMITTER_EMAIL=charles@example.com",
        "GIT_CONFIG_COUNT=3", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*",
        "GIT_CONFIG_KEY_1=gc.auto", "GIT_CONFIG_VALUE_1=0", "GIT_CONFIG_KEY_2=protocol.file.allow",
        "GIT_CONFIG_VALUE_2=always"})
    result.emplace_back(fixed);
  result.push_back("GIT_AUTHOR_DATE=" + date);
  result.push_back("GIT_COMMITTER_DATE=" + date);
  for (const std::string& entry : more) {
    const std::string name = entry.substr(0, entry.find('=') + 1);
    std::erase_if(result, [&](const std::string& old) { return old.starts_with(name); });
    result.push_back(entry);
  }
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (std::string& text : strings) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> result;
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    result.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return result;
}

}  // namespace

TempDir::TempDir() : owner_(::getpid()) {
  std::string name = (fs::temp_directory_path() / "bitbucket-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) fail("mkdtemp " + name);
  path_ = fs::canonical(name);
}

TempDir::~TempDir() {
  std::error_code ignored;
  if (owner_ == ::getpid()) fs::remove_all(path_, ignored);
}

GitResult try_git(const fs::path& dir, const std::vector<std::string>& args,
                  const GitOptions& options) {
  MemoryFile in, out, err;
  in.fill(options.input);
  std::vector<std::string> argv = {"git", "-C", dir.string()};
  argv.insert(argv.end(), args.begin(), args.end());
  std::vector<std::string> env = environment(options.environment);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.fd(), 0);
  posix_spawn_file_actions_adddup2(&actions, out.fd(), 1);
  posix_spawn_file_actions_adddup2(&actions, err.fd(), 2);
  pid_t pid = 0;
  const int error =
      posix_spawnp(&pid, "git", &actions, nullptr, pointers(argv).data(), pointers(env).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::system_error(error, std::generic_category(), "git");

  int status = 0;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) fail("waitpid");
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), out.text(), err.text()};
}

std::string run_git(const fs::path& dir, const std::vector<std::string>& args,
                    const GitOptions& options) {
  GitResult result = try_git(dir, args, options);
  if (result.status == 0) return std::move(result.output);
  std::string command = "git -C " + dir.string();
  for (const std::string& arg : args) command += ' ' + arg;
  throw std::runtime_error(command + ": exit status " + std::to_string(result.status) + ": " +
                           result.errors);
}

std::vector<std::string> lines(std::string_view text) { return split(text, '\n'); }
std::vector<std::string> nul_fields(std::string_view text) { return split(text, '\0'); }

std::string commit_id(const fs::path& repository, const std::string& revision) {
  return run_git(repository, {"rev-parse", "--verify", "--end-of-options", revision + "^{commit}"})
      .substr(0, 40);
}

void write_file(const fs::path& path, std::string_view content) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << content;
  file.close();
  if (!file) fail(path.string());
}

void init_repository(const fs::path& dir, bool bare) {
  fs::create_directories(dir);
  std::vector<std::string> args = {"init", "--quiet", "--initial-branch=main"};
  if (bare) args.emplace_back("--bare");
  run_git(dir, args);
}

std::string commit_files(const fs::path& dir, const std::string& message,
                         const std::vector<FileText>& files) {
  for (const FileText& file : files) {
    write_file(dir / file.path, file.content);
    run_git(dir, {"add", "--", file.path});
  }
  run_git(dir, {"commit", "--quiet", "--allow-empty", "-m", message});
  return commit_id(dir, "HEAD");
}

}  // namespace bitbucket::test_support
