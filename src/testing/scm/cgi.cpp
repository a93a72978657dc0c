#include "testing/scm/cgi.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bitbucket::embedded {
namespace {

constexpr std::size_t kMaxHead = 64u << 10;

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

/// Takes `fd`, moved above the standard ones: a host may have closed those, and they are
/// overwritten in the child.
Descriptor above_standard(int fd) {
  if (fd > 2) return Descriptor(fd);
  const Descriptor low(fd);
  return Descriptor(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
}

/// Puts the body into a file that has no name.
Descriptor spool(const HttpRequest& request) {
  std::FILE* file = std::tmpfile();
  if (file == nullptr) throw std::runtime_error("cannot make a temporary file");
  const bool whole = request.read_body([&](std::string_view piece) {
    return std::fwrite(piece.data(), 1, piece.size(), file) == piece.size();
  });
  std::fflush(file);
  Descriptor out(::fcntl(::fileno(file), F_DUPFD_CLOEXEC, 3));
  std::fclose(file);
  if (!whole || out.get() < 0) throw std::runtime_error("the body of the request broke off");
  ::lseek(out.get(), 0, SEEK_SET);
  return out;
}

/// A running program and the end of the pipe it prints to.
struct Child {
  pid_t pid = -1;
  Descriptor output;

  Child() = default;
  Child(Child&& other) noexcept
      : pid(std::exchange(other.pid, -1)), output(std::move(other.output)) {}
  Child& operator=(Child&&) = delete;
  ~Child() { finish(true); }

  /// Returns whether it ended well.
  bool finish(bool kill) {
    if (pid < 0) return true;
    if (kill) ::kill(pid, SIGTERM);
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    pid = -1;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

  /// Returns what came, empty at the end.
  std::string_view read(std::string& buffer) const {
    ssize_t n = 0;
    do {
      n = ::read(output.get(), buffer.data(), buffer.size());
    } while (n < 0 && errno == EINTR);
    return {buffer.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
  }
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

Child start(const std::vector<std::string>& command, const std::vector<std::string>& environment,
            const Descriptor& input) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
  Child child;
  child.output = above_standard(ends[0]);
  const Descriptor write_end = above_standard(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, write_end.get(), STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
  // A connection accepted a moment ago may lack close-on-exec: it would stay open in the program.
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
#endif
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);  // the program blocks signals to wait for them
  sigset_t ends_it;  // a host that ignores this one could not stop the program
  sigemptyset(&ends_it);
  sigaddset(&ends_it, SIGTERM);
  posix_spawnattr_setsigdefault(&attributes, &ends_it);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const int error = ::posix_spawnp(&child.pid, command.front().c_str(), &actions, &attributes,
                                   pointers(command).data(), pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    child.pid = -1;
    throw std::runtime_error("cannot run " + command.front());
  }
  return child;
}

/// Reads the head of the answer; returns what followed it.
std::string read_head(const Child& child, HttpResponse& response) {
  std::string text;
  std::string buffer(16u << 10, '\0');
  std::size_t end = std::string::npos;
  std::size_t gap = 0;
  while (end == std::string::npos && text.size() < kMaxHead) {
    const std::string_view piece = child.read(buffer);
    if (piece.empty()) break;
    text += piece;
    gap = 4;
    end = text.find("\r\n\r\n");
    if (end == std::string::npos) {
      gap = 2;
      end = text.find("\n\n");
    }
  }
  if (end == std::string::npos) throw std::runtime_error("the program gave no answer");
  for (const std::string& line : split(std::string_view(text).substr(0, end), '\n')) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string name = line.substr(0, colon);
    const std::string value = trim(line.substr(colon + 1));
    if (equals_ignoring_case(name, "Status")) {
      response.status = static_cast<int>(parse_integer(value.substr(0, 3)).value_or(500));
    } else if (!equals_ignoring_case(name, "Content-Length")) {
      response.set(name, value);
    }
  }
  return text.substr(end + gap);
}

}  // namespace

void run_cgi(const std::vector<std::string>& command, const std::vector<std::string>& environment,
             const HttpRequest& request, HttpResponse& response, bool whole,
             const std::function<void()>& received) {
  const Descriptor input = spool(request);
  if (received) received();
  auto child = std::make_shared<Child>(start(command, environment, input));
  auto rest = std::make_shared<std::string>(read_head(*child, response));
  const auto pass_on = [child, rest](const ByteSink& sink) {
    if (!rest->empty() && !sink(*rest)) return false;
    std::string buffer(64u << 10, '\0');
    for (;;) {
      const std::string_view piece = child->read(buffer);
      if (piece.empty()) return child->finish(false);
      if (!sink(piece)) return false;
    }
  };
  if (!whole) {
    response.stream = pass_on;
    return;
  }
  std::string body;
  if (!pass_on([&](std::string_view piece) {
        body += piece;
        return true;
      })) {
    throw std::runtime_error("the program failed");
  }
  response.body = std::move(body);
}

}  // namespace bitbucket::embedded
